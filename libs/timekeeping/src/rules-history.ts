import { type Calendar, type CalendarInForce, type CaseFact, type HandbookEdition, PreparedCalendar, rulesInForce } from '#service-levels';
import type { Rules } from './case-file.js';
import type { RuleEvent } from './log-entries.js';

interface Snapshot {
  position: number;
  handbook: readonly HandbookEdition[];
  calendars: ReadonlyMap<string, CalendarInForce>;
}

const NOTHING: Snapshot = { position: 0, handbook: [], calendars: new Map() };

/** The firm's rules as they were known at each position of the log: few events, all of them in memory. */
export class RulesHistory implements Rules {
  private readonly events: RuleEvent[] = [];
  private readonly snapshots: Snapshot[] = [];
  private readonly prepared = new Map<string, CalendarInForce>();
  private readonly revisions: (CaseFact & { position: number })[] = [];
  /** Each calendar as it was first published. */
  private readonly first: { position: number; calendar: CalendarInForce }[] = [];

  /** Of the newest event that was given, whether it counts or not. */
  private lastPosition = 0;

  constructor(events: readonly RuleEvent[] = []) {
    for (const event of events) this.add(event);
  }

  /**
   * Events in log order; one that is known already changes nothing. Answers why one is left out: nothing can be reckoned with
   * it, such as a calendar in a zone that there is not. A later version of the calendar may be in order, and then counts.
   */
  add(event: RuleEvent): string | undefined {
    if (event.position <= this.lastPosition) return undefined;
    this.lastPosition = event.position;
    let snapshot: Snapshot;
    try {
      snapshot = this.snapshotOf(event);
    } catch (error) {
      return String(error);
    }
    this.events.push(event);
    this.snapshots.push(snapshot);
    if (event.type !== 'CalendarPublished' && event.type !== 'CalendarRevised') return undefined;
    const revised = snapshot.calendars.get(event.data.name)!;
    if (!this.first.some(({ calendar }) => calendar.name === event.data.name)) {
      this.first.push({ position: event.position, calendar: revised });
      return undefined;
    }
    this.revisions.push({
      atMs: Date.parse(event.recordedAt),
      position: event.position,
      eventId: event.eventId,
      fact: 'calendarRevised',
      revised,
    });
    return undefined;
  }

  private snapshotOf(event: RuleEvent): Snapshot {
    const { handbook, calendars } = rulesInForce([...this.events, event]);
    const inForce = Object.entries(calendars).map(([name, { versions }]): [string, CalendarInForce] => {
      const { version } = versions.at(-1)!;
      const key = `${name}|${version}`;
      const known = this.prepared.get(key);
      if (known) return [name, known];
      const layers = versions.map(({ effectiveFrom: from, calendar }) => ({ from, calendar }));
      const fresh = { name, version, calendar: new PreparedCalendar(layers) };
      this.prepared.set(key, fresh);
      return [name, fresh];
    });
    return { position: event.position, handbook, calendars: new Map(inForce) };
  }

  handbookAt = (position: number): readonly HandbookEdition[] => this.at(position).handbook;

  calendarsAt = (position: number): ReadonlyMap<string, CalendarInForce> => this.at(position).calendars;

  calendarsFrom = (position: number, upTo: number): ReadonlyMap<string, CalendarInForce> => {
    const later = this.first.filter((one) => one.position > position && one.position <= upTo);
    const known = this.calendarsAt(position);
    return later.length === 0 ? known : new Map([...later.map(({ calendar }) => [calendar.name, calendar] as const), ...known]);
  };

  revisionsBetween = (after: number, upTo: number): readonly CaseFact[] =>
    this.revisions.filter(({ position }) => position > after && position <= upTo);

  /** Each calendar as it is now, as its document says. */
  calendarDocuments(): Record<string, Calendar> {
    const { calendars } = rulesInForce(this.events);
    return Object.fromEntries(Object.entries(calendars).map(([name, { versions }]) => [name, versions.at(-1)!.calendar]));
  }

  private at(position: number): Snapshot {
    return this.snapshots.findLast((snapshot) => snapshot.position <= position) ?? NOTHING;
  }
}
