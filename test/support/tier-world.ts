import fc from 'fast-check';
import { addDays, type LocalDate, monthEnds } from '#event-sourcing';
import type { TierRules } from '#tiers';
import { tierRules } from './arbitrary-tiers.js';

export const CLIENTS = 4;
export const MONTHS: readonly LocalDate[] = monthEnds('2026-01-01', '2026-05-31');
/** Each client has one account at either source. */
export const sources = { a: 'core', b: 'other' } as const;
export type AccountName = keyof typeof sources;

type OfAccount = { client: number; account: AccountName };
type Stated =
  | { kind: 'opened' | 'closed' | 'unlinked'; on: LocalDate }
  | { kind: 'assets'; on: LocalDate; minor: number; currency: string }
  | { kind: 'trade'; tradeId: string; on: LocalDate; cancelled: boolean; commission: number; passedOn: number; currency: string }
  | { kind: 'gap'; first: number; last: number }
  | { kind: 'gapClosed'; through: number };
export type AccountFact = OfAccount & Stated;

/** One thing that the back office says, of an account or of all. */
export type Fact =
  | AccountFact
  | { kind: 'day'; source: string; on: LocalDate }
  | { kind: 'ended'; source: string; lastDay: LocalDate }
  | { kind: 'rate'; on: LocalDate; amountMinor: number; baseMinor: number };

/** What is said, and what is done then. */
export interface Step {
  facts: readonly Fact[];
  /** run: the next month end, in a go; left: stopped after its first page, and taken up; twice: by two at once. */
  act: 'run' | 'left' | 'twice' | 'late';
  pageSize: number;
}

export interface TierWorld {
  first: TierRules;
  second: TierRules;
  secondFrom: LocalDate;
  steps: readonly Step[];
}

const days = (from: LocalDate, count: number): fc.Arbitrary<LocalDate> => fc.integer({ min: 0, max: count }).map((n) => addDays(from, n));
/** Few days, so that one is stated twice, and those at which windows of 7, 31 and 90 days and the twelve months begin. */
const recent = fc.constantFrom<LocalDate>(
  '2025-11-02',
  '2025-11-03',
  '2025-12-01',
  '2025-12-31',
  '2026-01-01',
  '2026-01-25',
  '2026-01-31',
  '2026-02-01',
  '2026-02-22',
  '2026-02-28',
  '2026-03-25',
  '2026-04-01',
  '2026-04-30',
  '2026-05-25',
  '2026-05-31',
  '2026-06-02',
);
const traded = fc.oneof(
  recent,
  fc.constantFrom<LocalDate>('2025-01-31', '2025-02-01', '2025-02-28', '2025-03-01', '2025-04-01', '2025-05-01'),
);
const currency = fc.constantFrom('CNY', 'CNY', 'CNY', 'USD');
const ofAccount = { client: fc.nat({ max: CLIENTS - 1 }), account: fc.constantFrom<AccountName>('a', 'a', 'b') };
const kind = <K extends string>(name: K) => fc.constant(name);

const assets = fc.record({ ...ofAccount, kind: kind('assets'), on: recent, minor: fc.constantFrom(0, 10, 40, 80, 150, 400), currency });
const trade = fc.record({
  ...ofAccount,
  kind: kind('trade'),
  tradeId: fc.constantFrom('t1', 't2'),
  on: traded,
  cancelled: fc.boolean(),
  commission: fc.integer({ min: -20, max: 60 }),
  passedOn: fc.constantFrom(0, 0, 5),
  currency,
});
const change = fc.record({ ...ofAccount, kind: fc.constantFrom('opened', 'closed', 'unlinked'), on: recent });
const gap = fc
  .record({ ...ofAccount, kind: kind('gap'), first: fc.integer({ min: 1, max: 9 }), more: fc.nat({ max: 2 }) })
  .map(({ more, ...found }) => ({ ...found, last: found.first + more }));
const gapClosed = fc.record({ ...ofAccount, kind: kind('gapClosed'), through: fc.integer({ min: 3, max: 12 }) });
const source = fc.constantFrom('core', 'core', 'other');
const day = fc.record({ kind: kind('day'), source, on: fc.constantFrom(...MONTHS) });
const ended = fc.record({ kind: kind('ended'), source: kind('other'), lastDay: fc.constantFrom('2026-02-14', '2026-04-30') });
const rate = fc.record({
  kind: kind('rate'),
  on: recent,
  amountMinor: fc.integer({ min: 1, max: 7 }),
  baseMinor: fc.integer({ min: 1, max: 7 }),
});

const fact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 14, arbitrary: assets },
  { weight: 4, arbitrary: trade },
  { weight: 3, arbitrary: change },
  { weight: 2, arbitrary: gap },
  { weight: 3, arbitrary: gapClosed },
  { weight: 3, arbitrary: day },
  { weight: 1, arbitrary: ended },
  { weight: 2, arbitrary: rate },
);
const step = fc.record({
  facts: fc.array(fact, { maxLength: 9 }),
  act: fc.constantFrom<Step['act']>('run', 'left', 'twice', 'late', 'late'),
  pageSize: fc.integer({ min: 1, max: CLIENTS + 1 }),
});

/** Days are complete and rates there in most worlds, so that most evaluations are made. */
const atFirst = fc.record({ complete: fc.subarray([...MONTHS], { minLength: 3 }), rated: fc.boolean() });

export const tierWorlds: fc.Arbitrary<TierWorld> = fc
  .record({
    first: tierRules('v1'),
    second: tierRules('v2'),
    secondFrom: days('2026-01-01', 150),
    atFirst,
    steps: fc.array(step, { minLength: 6, maxLength: 9 }),
  })
  .map(({ atFirst: { complete, rated }, steps: drawn, ...rules }) => {
    const steps = withoutRepeatedUnlinking(drawn);
    const foreign = steps.flatMap(({ facts }) => facts.flatMap((one) => ('currency' in one && one.currency === 'USD' ? [one.on] : [])));
    const facts: Fact[] = [
      ...complete.flatMap((on): Fact[] => Object.values(sources).map((name) => ({ kind: 'day', source: name, on }))),
      ...(rated ? foreign.map((on): Fact => ({ kind: 'rate', on, amountMinor: 3, baseMinor: 7 })) : []),
    ];
    const [opening, ...rest] = steps;
    const acts: Step[] = [{ ...opening!, facts: [...facts, ...opening!.facts] }, ...rest, { facts: [], act: 'late', pageSize: 1 }];
    return { ...rules, steps: acts.map((one, i) => (i < 2 && one.act === 'late' ? { ...one, act: 'run' } : one)) };
  });

/** A client's account that is not linked is not unlinked: the command would be refused. */
function withoutRepeatedUnlinking(steps: readonly Step[]): Step[] {
  const unlinked = new Set<string>();
  const possible = (one: Fact): boolean => {
    if (one.kind !== 'unlinked') return true;
    const account = `${one.client} ${one.account}`;
    return !unlinked.has(account) && unlinked.add(account).size > 0;
  };
  return steps.map((step) => ({ ...step, facts: step.facts.filter(possible) }));
}
