import type { EventRegistry, Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { calendarStream, handbookStream, type ServicePromise } from '#service-levels';
import { type RuleEvent, ruleEventOf } from './log-entries.js';
import { RulesHistory } from './rules-history.js';

/** The firm's rules, read from the log: the handbook, and every calendar that a promise of it names. */
export class RulesReader {
  /** What was read of each stream; a question reads only what has come since. */
  private readonly streams = new Map<Uuid, readonly RuleEvent[]>();
  private known: { mark: string; rules: RulesHistory } | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'load'>,
    private readonly registry: EventRegistry,
  ) {}

  /** As they are now. `alsoCalendars`: names that no published promise may have. */
  async current(alsoCalendars: readonly string[] = []): Promise<RulesHistory> {
    const handbook = await this.eventsOf(handbookStream.id);
    const names = [...new Set([...alsoCalendars, ...handbook.flatMap(promisesIn).map(({ calendar }) => calendar)])].sort();
    const calendars = await Promise.all(names.map((name) => this.eventsOf(calendarStream(name).id)));
    const events = [...handbook, ...calendars.flat()].sort((a, b) => a.position - b.position);
    const mark = `${events.length} ${events.at(-1)?.position} ${names.join(' ')}`;
    if (this.known?.mark !== mark) this.known = { mark, rules: new RulesHistory(events) };
    return this.known.rules;
  }

  private async eventsOf(streamId: Uuid): Promise<readonly RuleEvent[]> {
    const before = this.streams.get(streamId) ?? [];
    const rows = await this.store.load(streamId, before.length + 1);
    if (rows.length === 0) return before;
    const events = [...before, ...rows.map((row) => ruleEventOf(row, this.registry))];
    this.streams.set(streamId, events);
    return events;
  }
}

function promisesIn(event: RuleEvent): readonly ServicePromise[] {
  switch (event.type) {
    case 'HandbookDrafted':
    case 'HandbookPublished':
      return event.data.handbook.promises;
    case 'RegulatoryPresetSwitchedOn':
      return event.data.promises;
    case 'HandbookApproved':
    case 'HandbookRetired':
    case 'RegulatoryPresetSwitchedOff':
    case 'CalendarPublished':
    case 'CalendarRevised':
      return [];
  }
}
