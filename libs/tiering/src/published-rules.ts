import { RulesReader } from '#timekeeping';
import { addDays, dateOfDayNumber, dayNumberOf, type EventRegistry, type LocalDate } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { rulesInForce, type TierRules, type TierRulesEvent, tierRulesStream, type TradingDays } from '#tiers';

/** How far back trading days are looked for: more than the longest window holds, of one trading day a week. */
const LOOK_BACK_DAYS = 8_000;

/** Rules over trading days name a calendar that is not published. */
export class CalendarNotPublished extends RangeError {}

/** The firm's tier rules, and the trading days of the calendars that they name, read from the log. */
export class PublishedRules {
  private readonly calendars: RulesReader;

  constructor(
    private readonly store: Pick<EventStore, 'load'>,
    private readonly registry: EventRegistry,
  ) {
    this.calendars = new RulesReader(store, registry);
  }

  async events(): Promise<TierRulesEvent[]> {
    const rows = await this.store.load(tierRulesStream.id);
    return rows.map(({ type, schemaVersion, data }) => {
      const current = this.registry.upcast(type, schemaVersion, JSON.parse(data) as Record<string, unknown>);
      return { type, data: current } as unknown as TierRulesEvent;
    });
  }

  /** The rules of an evaluation date; undefined before the first take effect. */
  async on(date: LocalDate): Promise<TierRules | undefined> {
    return rulesInForce(await this.events(), date);
  }

  /** Effective date of the first rules; undefined where none were ever published. */
  async firstOn(): Promise<LocalDate | undefined> {
    const published = (await this.events()).flatMap((event) => (event.type === 'TierRulesPublished' ? [event.data.effectiveFrom] : []));
    return published.sort()[0];
  }

  /** Undefined where the rules count calendar days. Throws CalendarNotPublished. */
  async tradingDays({ dayBasis, calendar: name }: TierRules): Promise<TradingDays | undefined> {
    if (dayBasis === 'calendar' || name === undefined) return undefined;
    const rules = await this.calendars.current([name]);
    const found = rules.calendarsAt(Number.MAX_SAFE_INTEGER).get(name);
    if (!found) throw new CalendarNotPublished(`the calendar ${name} is not published`);
    const known = new Map<string, readonly LocalDate[]>(); // every client asks for the same ones
    return (to, count) => {
      const asked = known.get(`${to} ${count}`);
      if (asked) return asked;
      const days: LocalDate[] = [];
      for (let back = 0; back < LOOK_BACK_DAYS && days.length < count; back++) {
        const date = addDays(to, -back);
        if (found.calendar.windowsOn(dayNumberOf(date)).length > 0) days.push(dateOfDayNumber(dayNumberOf(date)));
      }
      known.set(`${to} ${count}`, days.reverse());
      return days;
    };
  }
}
