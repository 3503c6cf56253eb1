import fc from 'fast-check';
import { addDays, rational, type Uuid } from '#event-sourcing';
import {
  averageDailyAssets,
  churn,
  churnSpans,
  type CommissionFact,
  complaintSpans,
  converted,
  dormancy,
  netCommission,
  netOutflow,
  rfm,
  rfmWindow,
} from '#tiers';
import { type ApiUnderTest, aComplaint, BEIJING, type Caller, SHANGHAI } from './api.js';
import { tradeDatesOf } from './trade-dates.js';
import { type AssetsFact, aValuedClient, type MovementFact, stateFacts, stateRate, type TradeFact } from './valued-clients.js';

/** The day that figures of these lives are of. */
export const asOf = '2026-06-30';
const daysAgo = fc.oneof(fc.nat(10), fc.nat(200), fc.nat(1_500), fc.constant(-1), fc.constantFrom(30, 90, 180, 364, 365));
const dates = daysAgo.map((days) => addDays(asOf, -days));
const currencies = fc.constantFrom('CNY', 'CNY', 'CNY', 'USD');

/** All that was stated of a client, kept to hold figures against. */
export interface Lived {
  clientId: Uuid;
  branch: string;
  openedOn: string;
  trades: TradeFact[];
  assets: AssetsFact[];
  movements: MovementFact[];
  contacts: { on: string; automated: boolean }[];
  complaints: { on: string; id: string }[];
  csat: number[];
}

const trade = fc.record({
  on: dates,
  kind: fc.constantFrom<'trade' | 'charge'>('trade', 'trade', 'charge'),
  state: fc.constantFrom<'booked' | 'cancelled'>('booked', 'booked', 'booked', 'cancelled'),
  commissionMinor: fc.oneof(fc.nat(900_000), fc.nat(50_000)),
  passedOnMinor: fc.nat(20_000),
  currency: currencies,
});
const asset = fc.record({
  on: dates,
  totalMinor: fc.oneof(fc.constant(0), fc.nat(9_999), fc.nat(90_000_000)),
  currency: currencies,
  parts: fc.boolean(),
  cash: fc.boolean(),
});
const movement = fc.record({
  on: dates,
  direction: fc.constantFrom<'in' | 'out'>('in', 'out', 'out'),
  amountMinor: fc.integer({ min: 1, max: 30_000_000 }),
  state: fc.constantFrom<'booked' | 'cancelled'>('booked', 'booked', 'cancelled'),
});
const life = fc.record({
  branch: fc.constantFrom(SHANGHAI, SHANGHAI, BEIJING),
  hasAccount: fc.constantFrom(true, true, true, true, false),
  openedOn: dates,
  trades: fc.array(trade, { maxLength: 25 }),
  assets: fc.array(asset, { maxLength: 8 }),
  movements: fc.array(movement, { maxLength: 5 }),
  contacts: fc.array(fc.record({ on: dates, automated: fc.boolean() }), { maxLength: 2 }),
  complaints: fc.array(
    fc.constantFrom(10, 40, 60, 100).map((days) => addDays(asOf, -days)),
    { maxLength: 1 },
  ),
  csat: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
});

/** Makes lives of clients of two branches in the log; `callers` by branch. */
export async function liveLives(under: ApiUnderTest, callers: ReadonlyMap<string, Caller>, count: number, seed: number): Promise<Lived[]> {
  const lives: Lived[] = [];

  const days = Array.from({ length: 1_520 }, (_, i) => addDays(asOf, 2 - i));
  await stateRate(under, 'USD', days, 100, 700);
  for (const { hasAccount, branch, complaints, ...told } of fc.sample(life, { numRuns: count, seed })) {
    const caller = callers.get(branch)!;
    // nothing is stated of an account before it is opened
    const openedOn = [told.openedOn, ...[told.trades, told.assets, told.movements].flat().map(({ on }) => on)].sort()[0]!;
    const clientId = await aValuedClient(caller, hasAccount ? openedOn : undefined);
    const assets = told.assets.map(({ parts, cash, totalMinor, ...rest }): AssetsFact => {
      return { ...rest, totalMinor, ...(parts && { cashMinor: cash ? totalMinor : 0, securitiesMinor: cash ? 0 : totalMinor }) };
    });
    const trades = told.trades.map((one, i): TradeFact => ({ ...one, tradeId: `t${i}` }));
    const movements = told.movements.map((one, i): MovementFact => ({ ...one, movementId: `m${i}` }));
    if (hasAccount) await stateFacts(under, clientId, { openedOn, trades, assets, movements }, branch);
    for (const { on, automated } of told.contacts)
      await caller.post('/v1/contacts', { clientId, channel: 'letter', direction: 'outbound', automated, startedAt: on });
    const received = [];
    for (const on of complaints)
      received.push({
        on,
        id: String((await caller.post('/v1/complaints', aComplaint(clientId, { receivedAt: on, channel: 'letter' }))).body['id']),
      });
    for (const [i, csat] of told.csat.entries()) await caller.post('/v1/surveys', { clientId, csat, answeredAt: addDays(asOf, i - 9) });
    const facts = hasAccount ? { trades, assets, movements } : { trades: [], assets: [], movements: [] };
    lives.push({
      clientId,
      branch,
      openedOn: hasAccount ? openedOn : '',
      ...facts,
      contacts: told.contacts,
      complaints: received,
      csat: told.csat,
    });
  }
  await under.settled();
  return lives;
}

/** Seven yuan a dollar, every day. */
const usd = rational(7, 1);
export const rates = (currency: string) => (currency === 'USD' ? usd : undefined);
export const commissionsOf = ({ trades }: Lived): CommissionFact[] =>
  trades.flatMap(({ on, state, commissionMinor = 0, passedOnMinor = 0, currency = 'CNY' }) =>
    state === 'cancelled' ? [] : [{ on, netMinor: commissionMinor - passedOnMinor, currency }],
  );
const tradeDays = ({ trades }: Lived) => trades.filter(({ kind, state }) => kind === 'trade' && state !== 'cancelled').map(({ on }) => on);
const valuesOf = (lived: Lived) => {
  const latest = new Map(lived.assets.map((value) => [value.on, value])); // the last statement of a day holds
  return [...latest.values()].map(({ on, totalMinor, currency = 'CNY' }) => ({ accountId: 'a', on, totalMinor, currency }));
};
export const rfmOf = (lived: Lived) => {
  const facts = {
    ...tradeDatesOf(tradeDays(lived), asOf),
    netCommission: netCommission(commissionsOf(lived), rfmWindow(asOf), 'CNY', rates),
  };
  return { facts, scores: rfm(facts, asOf) };
};
/** By the pure rules over what was stated. */
export function churnOf(lived: Lived) {
  const spans = churnSpans(asOf);
  const ada = (span: { from: string; to: string }, days: number) => averageDailyAssets(valuesOf(lived), { ...span, days }, 'CNY', rates);
  const within = ({ from, to }: { from: string; to: string }) => new Set(tradeDays(lived).filter((on) => from <= on && on <= to)).size;
  const moved = lived.movements
    .filter(({ state }) => state !== 'cancelled')
    .map(({ on, direction, amountMinor }) => ({ on, direction, amount: converted(amountMinor, 'CNY', on, 'CNY', rates) }));
  const human = lived.contacts.filter(({ on, automated }) => !automated && on <= asOf).map(({ on }) => on);
  return churn(
    {
      adaRecent: ada(spans.assetsRecent, 30),
      adaBefore: ada(spans.assetsBefore, 90),
      tradeDatesRecent: within(spans.tradesRecent),
      tradeDatesBefore: within(spans.tradesBefore),
      complaints: lived.complaints.map(({ on, id }) => {
        const { assets, outflow } = complaintSpans(on, asOf);
        return { complaintId: id, receivedOn: on, ada: ada(assets, 90), netOutflow: netOutflow(moved, outflow) };
      }),
      lastContactOn: human.sort().at(-1) ?? null,
      clientSince: lived.openedOn,
      satisfaction: lived.csat.length === 0 ? null : { answeredOn: asOf, csat: lived.csat.at(-1)! },
    },
    asOf,
  );
}

export function dormancyOf(lived: Lived, on: string) {
  const { openedOn } = lived;
  if (openedOn === '' || openedOn > on) return { dormant: false };
  const [latest] = [...new Map(lived.assets.map((value) => [value.on, value])).values()]
    .filter((value) => value.on <= on)
    .sort((a, b) => (a.on < b.on ? 1 : -1));
  const unknown = latest !== undefined && latest.totalMinor !== 0 && latest.cashMinor === undefined;
  const part = (amountMinor = 0) => (unknown ? null : converted(amountMinor, latest?.currency ?? 'CNY', on, 'CNY', rates));
  const moves = lived.movements.filter(({ state }) => state !== 'cancelled').map((one) => one.on);
  const activity = [openedOn, ...tradeDays(lived), ...moves].filter((day) => day <= on).sort();
  return dormancy({ securities: part(latest?.securitiesMinor), cash: part(latest?.cashMinor), lastActivityOn: activity.at(-1)! }, on);
}
