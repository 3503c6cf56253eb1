import { addDays, type LocalDate } from '#event-sourcing';
import {
  assertionsOf,
  correctingEvents,
  type DayAnswer,
  type DayToEvaluate,
  evaluateDays,
  rateTable,
  type RecordedTierEvent,
  standingBefore,
  type TierEvent,
  tierInForce,
  tierInputsOrReasons,
  type TradingDays,
} from '#tiers';
import { evaluationDates, FIRST_DAY, type Knowledge, LAST_DAY, type TierLife } from './arbitrary-tiers.js';
import { type NaiveClient, naiveTiers } from './naive-tiers.js';

export const days: LocalDate[] = [];
for (let day = FIRST_DAY; day <= LAST_DAY; day = addDays(day, 1)) days.push(day);
/** When the first tier was given, and when each run happened. */
export const instantOf = (run: number): string => new Date(Date.UTC(2026, 9, 1 + run)).toISOString();
export const justBefore = (run: number): string => new Date(Date.UTC(2026, 9, 1 + run) - 1).toISOString();

/** Runs of a client's life through the engine, each appended to the stream of the client's tier as the log would hold it. */
export class LivedTiers {
  readonly past: RecordedTierEvent[];
  readonly made: TierEvent[][] = [];
  /** What runs that learned nothing new had to say. */
  readonly repeated: TierEvent[] = [];
  private readonly commitments;

  constructor(readonly life: TierLife) {
    const { tier, from } = life.given;
    this.past = [
      { event: { type: 'TierInitialised', data: { tier, effectiveFrom: from, basis: 'first-account' } }, recordedAt: instantOf(0) },
    ];
    this.commitments = life.commitments.map(({ afterRun, startDate }, i) => ({
      commitmentId: `c${i}`,
      startDate,
      afterRun,
      startedAt: new Date(Date.parse(instantOf(afterRun)) + 1).toISOString(),
    }));
  }

  /** What is known by a run: of two facts with the same key the later one holds. */
  known(run: number): Knowledge {
    const seen = this.life.runs.slice(0, run);
    const latest = <T>(facts: T[], key: (fact: T) => string): T[] => [...new Map(facts.map((fact) => [key(fact), fact])).values()];
    return {
      assets: latest(seen.flatMap(({ assets }) => assets), ({ accountId, on }) => `${accountId} ${on}`), // prettier-ignore
      commissions: seen.flatMap(({ commissions }) => commissions),
      rates: latest(seen.flatMap(({ rates }) => rates), ({ currency, on }) => `${currency} ${on}`), // prettier-ignore
      dates: seen.at(-1)?.dates ?? 0,
      stopped: seen.at(-1)?.stopped ?? new Set(),
    };
  }

  /** Evaluates what the run's new facts touch, and appends what differs. */
  run(run: number): void {
    const now = instantOf(run);
    const answers = this.answers(run, this.touched(run));
    const commitments = this.commitments.filter(({ afterRun }) => afterRun < run);
    const events = correctingEvents(this.past, answers, commitments, 'late-facts', now);
    this.made.push(events);
    for (const event of JSON.parse(JSON.stringify(events)) as TierEvent[]) this.past.push({ event, recordedAt: now });
    this.repeated.push(...correctingEvents(this.past, this.answers(run, 0), commitments, 'again', now));
  }

  answers(run: number, from: number): DayAnswer[] {
    const days = evaluationDates.slice(from, this.known(run).dates).map((on) => this.dayOf(run, on));
    if (days.length === 0) return [];
    return evaluateDays(standingBefore(this.past, days[0]!.on)!, days, run, this.tradingDays);
  }

  private dayOf(run: number, on: LocalDate): DayToEvaluate {
    const { assets, commissions, rates, stopped } = this.known(run);
    const rules = this.rulesOn(on);
    if (stopped.has(on)) return { on, rules, inputs: [{ code: 'sequence-gap' }] };
    return { on, rules, inputs: tierInputsOrReasons(rules, { assets, commissions }, rateTable(rates), on, this.tradingDays) };
  }

  /** The first evaluation date on which a run can differ from the one before. */
  private touched(run: number): number {
    const [{ assets, commissions, rates, dates, stopped }, before] = [this.life.runs[run - 1]!, this.known(run - 1)];
    const lifted = evaluationDates.filter((on) => stopped.has(on) !== before.stopped.has(on));
    const changed = [...[...assets, ...commissions, ...rates].map(({ on }) => on), ...lifted].sort()[0] ?? LAST_DAY;
    return Math.min(evaluationDates.filter((on) => on < changed).length, before.dates, dates);
  }

  naive(run: number): ReadonlyMap<string, string> {
    const { assets, commissions, rates, dates, stopped } = this.known(run);
    const client: NaiveClient = {
      assets,
      commissions,
      rates,
      given: this.life.given,
      stopped,
      dates: new Set(evaluationDates.slice(0, dates)),
      rulesOn: this.rulesOn,
      isTradingDay: this.isTradingDay,
    };
    return naiveTiers(client, LAST_DAY);
  }

  /** The tier of each of `days` as known at an instant. */
  tiersAt(knownAt: string): (string | undefined)[] {
    const assertions = this.past.flatMap(({ event, recordedAt }) => assertionsOf(event, recordedAt));
    return days.map((day) => tierInForce(assertions, day, knownAt)?.tier);
  }

  readonly rulesOn = (on: LocalDate) => (on < this.life.secondFrom ? this.life.first : this.life.second);
  readonly isTradingDay = (day: LocalDate): boolean => ![0, 6].includes(new Date(day).getUTCDay()) && !this.life.holidays.has(day);
  readonly tradingDays: TradingDays = (to, count) => {
    const found: LocalDate[] = [];
    for (let day = to; found.length < count; day = addDays(day, -1)) if (this.isTradingDay(day)) found.unshift(day);
    return found;
  };

  /** Of the commitments begun before a run, those in its corrected days whose tier was another at their start. */
  affectedBy(run: number, isCorrected: (day: LocalDate) => boolean): string[] {
    const after = this.naive(run);
    return this.commitments
      .filter(({ afterRun, startDate }) => afterRun < run && isCorrected(startDate))
      .filter(({ afterRun, startDate }) => this.naive(afterRun).get(startDate) !== after.get(startDate))
      .map(({ commitmentId }) => commitmentId);
  }
}

export function livedTiers(life: TierLife): LivedTiers {
  const client = new LivedTiers(life);
  for (const run of life.runs.keys()) client.run(run + 1);
  return client;
}
