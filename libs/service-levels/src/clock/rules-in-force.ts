import type { Instant, LocalDate } from '#event-sourcing';
import type { CalendarEvent } from '../calendar/calendar.js';
import type { Calendar, HandbookEdition } from '../format/format.js';
import type { HandbookEvent } from '../handbook/handbook-events.js';
import { endedByNext, overlap, type ValidEdition, validFrom, type ValidPreset, validTo } from '../handbook/handbook-validity.js';

export type RuleEvent = (CalendarEvent | HandbookEvent) & { recordedAt: Instant };

export interface PublishedCalendar {
  version: number;
  effectiveFrom: LocalDate;
  recordedAt: Instant;
  calendar: Calendar;
}

export interface RulesInForce {
  /**
   * In order of `effectiveFrom`, never two at once, each with the promises of the presets that are on: an edition in
   * whose time a preset is switched is several entries of the same number. While presets are on and no edition is in
   * force, the number is 0.
   */
  handbook: HandbookEdition[];
  calendars: Record<string, { versions: PublishedCalendar[] }>;
}

/** What the log says is promised, and by which calendars; events in log order, others than of rules left out before. */
export function rulesInForce(events: readonly RuleEvent[]): RulesInForce {
  const calendars = new Map<string, { versions: PublishedCalendar[] }>();
  const editions = new Map<number, ValidEdition>();
  const presets: ValidPreset[] = [];
  for (const { recordedAt, ...event } of events) {
    switch (event.type) {
      case 'CalendarPublished':
      case 'CalendarRevised': {
        const { name, calendarVersion: version, effectiveFrom, calendar } = event.data;
        const versions = [...(calendars.get(name)?.versions ?? []), { version, effectiveFrom, recordedAt, calendar }];
        calendars.set(name, { versions });
        break;
      }
      case 'HandbookPublished': {
        const { edition, handbook } = event.data;
        editions.set(edition, { handbook, from: validFrom(handbook.effectiveFrom), to: validTo(handbook.effectiveTo) });
        break;
      }
      case 'HandbookRetired': {
        const found = editions.get(event.data.edition);
        if (found) found.to = Math.min(found.to, validTo(event.data.at));
        break;
      }
      case 'RegulatoryPresetSwitchedOn': {
        const { presetId, promises, effectiveFrom } = event.data;
        presets.push({ presetId, promises, from: validFrom(effectiveFrom), to: Infinity });
        break;
      }
      case 'RegulatoryPresetSwitchedOff': {
        const on = presets.findLast(({ presetId }) => presetId === event.data.presetId);
        if (on) on.to = Math.min(on.to, validTo(event.data.at));
        break;
      }
      case 'HandbookDrafted':
      case 'HandbookApproved':
        break;
    }
  }
  return { handbook: slicesOf(endedByNext([...editions.values()]), presets), calendars: Object.fromEntries(calendars) };
}

// Between two neighbouring instants at which anything begins or ends, everything stays as it is.
function slicesOf(editions: readonly ValidEdition[], presets: readonly ValidPreset[]): HandbookEdition[] {
  const edges = [...new Set([...editions, ...presets].flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b);
  return edges.flatMap((from, i) => {
    const slice = { from, to: edges[i + 1] ?? from };
    const edition = editions.find((one) => overlap(one, slice));
    const on = presets.filter((one) => overlap(one, slice));
    if (!edition && on.length === 0) return [];
    const promises = [...(edition?.handbook.promises ?? []), ...on.flatMap((preset) => preset.promises)];
    const effectiveTo = slice.to === Infinity ? null : instantOf(slice.to);
    return [{ ...(edition?.handbook ?? { edition: 0 }), effectiveFrom: instantOf(from), effectiveTo, promises }];
  });
}

const instantOf = (ms: number): Instant => new Date(ms).toISOString();
