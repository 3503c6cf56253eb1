import fc from 'fast-check';
import { aMessage, assets } from './back-office-messages.js';

/** Whoever is spoken of: the same script is told of two such worlds, which differ in this prefix alone. */
export interface World {
  prefix: string;
  source: string;
  /** Linked in the middle of the script. */
  lateAccount: string;
}

/** One message of a script, as it is said of a world; bytes where it is no message at all. */
export type Said = (world: World) => object | Uint8Array;

const days = ['2025-03-10', '2025-03-11', '2025-03-12'] as const;
const day = fc.constantFrom(...days);
const versions = fc.integer({ min: 1, max: 3 });
// two accounts of one client, one of another, one that gets its owner late, one that never does
const accounts = fc.constantFrom('a', 'b', 'c', 'late', 'nobody');
const accountIn = ({ prefix, lateAccount }: World, name: string): string => (name === 'late' ? lateAccount : `${prefix}-${name}`);
/** Mostly none; sometimes the number of whoever owns the account, or of somebody else. */
const clientNo = fc.option(fc.constantFrom('no-1', 'no-2', 'no-body'), { freq: 8, nil: undefined });
const sequence = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined });
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });

const head = fc.record({ account: accounts, version: versions, clientNo, sequence });
type Head = { account: string; version: number; clientNo: string | undefined; sequence: number | undefined };
const headIn = (world: World, { account, version, clientNo, sequence }: Head): object => ({
  source: world.source,
  accountId: accountIn(world, account),
  version,
  ...(clientNo !== undefined && { clientNo: `${world.prefix}-${clientNo}` }),
  ...(sequence !== undefined && { sequence }),
});

const observed = fc.record({ head, on: day, total: fc.integer({ min: 1, max: 2 }) }).map(
  ({ head, on, total }): Said =>
    (world) =>
      assets(accountIn(world, head.account), on, total * 100, headIn(world, head)),
);
// few records for all accounts and kinds, so that some speak of another's, or of another thing
const traded = fc
  .record({ head, record: fc.constantFrom('T-1', 'T-2', 'T-3'), on: day, commission: fc.integer({ min: 1, max: 2 }), moved: fc.nat(5) })
  .map(({ head, record, on, commission, moved }): Said => (world) => {
    const trade = { kind: 'trade', on, gross: cny(1_000), commission: cny(commission), passedOn: cny(0) };
    if (moved === 0) return aMessage('cashMoved', { ...headIn(world, head), record });
    return aMessage(head.version === 1 ? 'tradeBooked' : 'tradeCorrected', { ...headIn(world, head), record, data: trade });
  });
const risk = fc
  .record({ head, record: fc.constantFrom('R-1', 'R-2'), score: fc.integer({ min: 1, max: 2 }), on: day, byNumber: fc.boolean() })
  .map(({ head, record, score, on, byNumber }): Said => (world) => {
    const { accountId, sequence, ...shared } = headIn(world, head) as Record<string, unknown>;
    const who = byNumber ? { clientNo: `${world.prefix}-no-1` } : { accountId, ...(sequence !== undefined && { sequence }) };
    const data = { on, questionnaireVersion: 'q', score, level: 'C3', lowestClass: false };
    return aMessage('riskResult', { ...shared, ...who, record, data });
  });
const ofTheSource = fc.record({ version: versions, amountMinor: fc.integer({ min: 1, max: 2 }) }).map(
  ({ version, amountMinor }): Said =>
    ({ source }) =>
      aMessage('exchangeRate', { source, version, data: { on: days[0], currency: 'USD', amountMinor, base: 'CNY', baseMinor: 7 } }),
);
/** In the form of a message, and not in order. */
const broken = fc
  .record({ head, on: day, note: fc.string({ maxLength: 3 }) })
  .map(({ head, on, note }): Said => (world) => ({ ...assets(accountIn(world, head.account), on, 100, headIn(world, head)), note }));
const noMessage = fc.nat(3).map(
  (n): Said =>
    () =>
      Buffer.from(`{"half": ${n}`),
);

export interface Script {
  messages: readonly Said[];
  /** After how many of them the late account gets its owner. */
  linkedAfter: number;
  /** Sizes of the blocks, over and over. */
  blocks: readonly number[];
  /** What the days are said to hold when all has come: what has come, or something else. */
  totals: readonly ('right' | 'wrong')[];
}

export const arbitraryScript: fc.Arbitrary<Script> = fc.record({
  messages: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: observed },
      { weight: 5, arbitrary: traded },
      { weight: 2, arbitrary: risk },
      { weight: 1, arbitrary: ofTheSource },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: noMessage },
    ),
    { minLength: 30, maxLength: 70 },
  ),
  linkedAfter: fc.nat(70),
  blocks: fc.array(fc.integer({ min: 2, max: 25 }), { minLength: 1, maxLength: 5 }),
  totals: fc.array(fc.constantFrom('right', 'wrong'), { minLength: days.length, maxLength: days.length }),
});

export { days as scriptDays };
