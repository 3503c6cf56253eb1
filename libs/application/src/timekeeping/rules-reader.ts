import type { EventRegistry, RecordedEvent } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { calendarStream, handbookStream, type ServicePromise } from '#service-levels';
import type { RuleEvent } from './log-entries.js';
import { RulesHistory } from './rules-history.js';

interface Naming {
  handbook?: { promises: readonly ServicePromise[] };
  promises?: readonly ServicePromise[];
}

/** The firm's rules, read from the log: the handbook, and every calendar that a promise of it names. */
export class RulesReader {
  private known: { mark: string; rules: RulesHistory } | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'load' | 'loadMany'>,
    private readonly registry: EventRegistry,
  ) {}

  /** As they are now. `alsoCalendars`: names that no published promise may have. */
  async current(alsoCalendars: readonly string[] = []): Promise<RulesHistory> {
    const handbook = (await this.store.load(handbookStream.id)).map((row) => this.ruleEventOf(row));
    const names = new Set([...alsoCalendars, ...handbook.flatMap(({ data }) => calendarsNamedBy(data as Naming))]);
    const calendars = await this.store.loadMany([...names].map((name) => calendarStream(name).id));
    const events = [...handbook, ...[...calendars.values()].flat().map((row) => this.ruleEventOf(row))];
    const mark = `${events.length} ${Math.max(0, ...events.map(({ position }) => position))} ${[...names].sort().join(' ')}`;
    if (this.known?.mark !== mark) {
      const rules = new RulesHistory(events.sort((a, b) => a.position - b.position));
      this.known = { mark, rules };
    }
    return this.known.rules;
  }

  private ruleEventOf({ eventId, position, recordedAt, type, schemaVersion, data }: RecordedEvent): RuleEvent {
    return {
      eventId,
      position,
      recordedAt,
      type,
      data: this.registry.upcast(type, schemaVersion, JSON.parse(data) as Record<string, unknown>),
    };
  }
}

const calendarsNamedBy = ({ handbook, promises = [] }: Naming): string[] =>
  [...(handbook?.promises ?? []), ...promises].map(({ calendar }) => calendar);
