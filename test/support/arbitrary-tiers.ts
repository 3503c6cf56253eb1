import fc from 'fast-check';
import { addDays, type LocalDate, monthEnds } from '#event-sourcing';
import { type AssetValue, type CommissionFact, type ExchangeRate, ladder, type Thresholds, type TierRules, type TierStep } from '#tiers';

export const FIRST_DAY = '2026-01-01';
export const LAST_DAY = '2026-09-15';
export const evaluationDates: readonly LocalDate[] = monthEnds(FIRST_DAY, LAST_DAY);

/** What one run comes to know beyond the one before, and which evaluation dates it may and cannot make. */
export interface Knowledge {
  assets: readonly AssetValue[];
  commissions: readonly CommissionFact[];
  rates: readonly ExchangeRate[];
  /** How many evaluation dates have come. */
  dates: number;
  stopped: ReadonlySet<LocalDate>;
}

export interface TierLife {
  given: { tier: (typeof ladder)[number]; from: LocalDate };
  first: TierRules;
  second: TierRules;
  secondFrom: LocalDate;
  holidays: ReadonlySet<LocalDate>;
  runs: readonly Knowledge[];
  /** Each begins after so many runs, on a day. */
  commitments: readonly { afterRun: number; startDate: LocalDate }[];
}

const dates = (from: LocalDate, days: number): fc.Arbitrary<LocalDate> => fc.integer({ min: 0, max: days }).map((n) => addDays(from, n));
const increments = fc.integer({ min: 1, max: 60 });
const retained = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined, freq: 2 });

/** Every step above the lowest has one criterion or both; retention thresholds of its own now and then. */
const steps: fc.Arbitrary<TierStep[]> = fc
  .record({
    names: fc.subarray([...ladder], { minLength: 1 }),
    criteria: fc.array(fc.constantFrom('ada', 'commission', 'both'), { minLength: 5, maxLength: 5 }),
    ada: fc.array(increments, { minLength: 5, maxLength: 5 }),
    commission: fc.array(increments, { minLength: 5, maxLength: 5 }),
    own: fc.array(fc.record({ ada: retained, commission: retained }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ names, criteria, ada, commission, own }) => {
    const sum = (list: number[], end: number) => list.slice(0, end + 1).reduce((total, one) => total + one, 0);
    const least = (threshold: number, share: number | undefined) => share !== undefined && Math.floor((threshold * share) / 100);
    return names.map((tier, i): TierStep => {
      if (i === 0) return { tier };
      const [byAda, byCommission] = [criteria[i] !== 'commission', criteria[i] !== 'ada'];
      const entry: Thresholds = {
        ...(byAda && { adaMinor: sum(ada, i) }),
        ...(byCommission && { netCommissionMinor: sum(commission, i) }),
      };
      const keepAda = byAda ? least(sum(ada, i), own[i]!.ada) : false;
      const keepCommission = byCommission ? least(sum(commission, i), own[i]!.commission) : false;
      const retention: Thresholds = {
        ...(keepAda !== false && { adaMinor: keepAda }),
        ...(keepCommission !== false && { netCommissionMinor: keepCommission }),
      };
      return { tier, entry, ...(Object.keys(retention).length > 0 && { retention }) };
    });
  });

export const tierRules = (version: string): fc.Arbitrary<TierRules> =>
  fc.record({
    version: fc.constant(version),
    currency: fc.constant('CNY'),
    windowDays: fc.constantFrom(1, 2, 7, 31, 90),
    dayBasis: fc.constantFrom('calendar', 'calendar', 'trading'),
    calendar: fc.constant('CN'),
    retentionBasisPoints: fc.constantFrom(8_000, 8_000, 10_000, 3_333, 0),
    graceDays: fc.constantFrom(0, 1, 30, 58, 59, 90),
    strikesToDemote: fc.constantFrom(1, 2, 2, 3),
    tiers: steps,
  });

const currencies = fc.constantFrom('CNY', 'CNY', 'CNY', 'USD');
const knowledge: fc.Arbitrary<Knowledge> = fc.record({
  assets: fc.array(
    fc.record({
      accountId: fc.constantFrom('a', 'b'),
      on: dates('2025-11-01', 310),
      totalMinor: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 150 })),
      currency: currencies,
    }),
    { maxLength: 6 },
  ),
  commissions: fc.array(fc.record({ on: dates('2025-01-20', 590), netMinor: fc.integer({ min: -30, max: 60 }), currency: currencies }), {
    maxLength: 4,
  }),
  rates: fc.array(
    fc.record({
      on: dates('2025-01-20', 590),
      currency: fc.constant('USD'),
      amountMinor: fc.integer({ min: 1, max: 7 }),
      baseMinor: fc.integer({ min: 1, max: 7 }),
    }),
    { maxLength: 2 },
  ),
  dates: fc.integer({ min: 0, max: evaluationDates.length }),
  stopped: fc.array(fc.constantFrom(...evaluationDates), { maxLength: 2 }).map((list) => new Set(list)),
});

/** Most foreign amounts have their rate from the start; some wait for it, or for ever. */
const withRates = (runs: readonly Knowledge[], without: number): Knowledge[] =>
  runs.map((run) => {
    const foreign = [...run.assets, ...run.commissions].filter(({ currency }) => currency !== 'CNY');
    const known = foreign.slice(without).map(({ on }) => ({ on, currency: 'USD', amountMinor: 3, baseMinor: 7 }));
    return { ...run, rates: [...run.rates, ...known] };
  });

/** A client's life: what comes to be known run by run, late facts and replaced ones among it. */
export const tierLives: fc.Arbitrary<TierLife> = fc
  .record({
    given: fc.record({ tier: fc.constantFrom(...ladder), from: fc.constantFrom(FIRST_DAY, '2026-01-31') }),
    first: tierRules('1'),
    second: tierRules('2'),
    secondFrom: dates(FIRST_DAY, 300),
    holidays: fc.array(dates('2025-11-01', 310), { maxLength: 8 }).map((list) => new Set(list)),
    runs: fc.array(knowledge, { minLength: 1, maxLength: 4 }),
    without: fc.constantFrom(0, 0, 0, 1),
    commitments: fc.array(fc.record({ afterRun: fc.nat(4), startDate: dates(FIRST_DAY, 250) }), { maxLength: 6 }),
  })
  .map(({ runs, without, ...life }) => {
    let come = 0;
    const ascending = withRates(runs, without).map((run) => ({ ...run, dates: (come = Math.max(come, run.dates)) }));
    return { ...life, runs: ascending };
  });
