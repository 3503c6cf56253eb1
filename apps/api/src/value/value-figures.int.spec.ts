import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addDays, addMonths, dayNumberOf, type Rational, rational, roundHalfUp, type Uuid } from '#event-sourcing';
import { netCommission, pareto, rankQuintiles } from '#tiers';
import { type ApiUnderTest, BEIJING, type Caller, problem, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { allItems, aValuedClient, stateFacts } from '../../../../test/support/valued-clients.js';
import { asOf, churnOf, commissionsOf, dormancyOf, type Lived, liveLives, rates, rfmOf } from '../../../../test/support/valued-lives.js';

jest.setTimeout(180_000);

const SEED = Number(process.env.VALUE_SEED ?? 20260630);

interface Figure {
  clients: number;
  drillDown: string;
}

let under: ApiUnderTest;
let officer: Caller;
const callers = new Map<string, Caller>();
let lives: Lived[];

beforeAll(async () => {
  under = await startApiUnderTest();
  officer = await under.as('complianceOfficer');
  for (const branch of [SHANGHAI, BEIJING]) callers.set(branch, await under.as('branchManager', branch));
  lives = await liveLives(under, callers, 36, SEED);
});
afterAll(() => under.close());

const seenBy = (branch?: string) => lives.filter((lived) => branch === undefined || lived.branch === branch);
const ids = (items: readonly Record<string, unknown>[]) => items.map(({ clientId }) => clientId);
const sorted = (some: readonly { clientId: Uuid }[]) => some.map(({ clientId }) => clientId).sort();
const minor = (amount: Parameters<typeof roundHalfUp>[0]) => ({ amountMinor: Number(roundHalfUp(amount)), currency: 'CNY' });

/** Each scope sees its own clients, and nobody else's in any figure. */
const scopes: readonly [string, string | undefined][] = [
  ['compliance', undefined],
  ['the branch of Shanghai', SHANGHAI],
  ['the branch of Beijing', BEIJING],
];
const callerOf = (branch: string | undefined) => (branch === undefined ? officer : callers.get(branch)!);

describe.each(scopes)('figures of value, as %s sees them', (_, branch) => {
  test('RFM by the bounds: every client as the pure rule scores them, every figure the length of its list', async () => {
    const caller = callerOf(branch);
    const own = seenBy(branch);
    const items = await allItems(caller, `/v1/value/rfm/clients?asOf=${asOf}&limit=7`);
    expect(ids(items)).toEqual(sorted(own));
    for (const lived of own) {
      const { facts, scores } = rfmOf(lived);
      const { lastTradeOn, tradeDates } = facts;
      const shown = items.find(({ clientId }) => clientId === lived.clientId);
      expect(shown).toMatchObject({ ...scores, lastTradeOn, tradeDates, netCommission: minor(facts.netCommission), unconverted: 0 });
    }
    const { body } = await caller.get(`/v1/value/rfm?asOf=${asOf}`);
    const cells = body['cells'] as { clients: number; drillDown: string }[];
    const never = body['noHistory'] as { clients: number; drillDown: string };
    expect(body['clients']).toBe(own.length);
    expect(cells.reduce((sum, cell) => sum + cell.clients, never.clients)).toBe(own.length);
    for (const { clients, drillDown } of [...cells, never]) expect(await allItems(caller, drillDown)).toHaveLength(clients);
  });

  test('RFM by rank: quintiles among those seen who ever traded', async () => {
    const caller = callerOf(branch);
    const items = await allItems(caller, `/v1/value/rfm/clients?asOf=${asOf}&scale=quintile&noHistory=false`);
    const traded = seenBy(branch)
      .filter((lived) => !rfmOf(lived).scores.noHistory)
      .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
    const facts = traded.map((lived) => rfmOf(lived).facts);
    const scores = (values: Parameters<typeof rankQuintiles>[0]) => rankQuintiles(values).map(({ score }) => score);
    expect(ids(items)).toEqual(traded.map(({ clientId }) => clientId));
    expect(items.map(({ recency }) => recency)).toEqual(scores(facts.map(({ lastTradeOn }) => rational(dayNumberOf(lastTradeOn!)))));
    expect(items.map(({ frequency }) => frequency)).toEqual(scores(facts.map(({ tradeDates }) => rational(tradeDates))));
    expect(items.map(({ monetary }) => monetary)).toEqual(scores(facts.map((one) => one.netCommission)));
  });

  test('Pareto of a span and of each of its months, every part the length of its list', async () => {
    const caller = callerOf(branch);
    const own = seenBy(branch);
    const span = { from: '2026-01-15', to: asOf };
    const expected = (within: typeof span) =>
      pareto(own.map((lived) => ({ clientId: lived.clientId, amount: netCommission(commissionsOf(lived), within, 'CNY', rates) })));
    const { body } = await caller.get(`/v1/value/pareto?by=netCommission&from=${span.from}&to=${span.to}`);
    const whole = expected(span);
    expect(body).toMatchObject({
      clients: own.length,
      unconverted: 0,
      positive: { clients: whole.positive.clients, amount: minor(whole.positive.total) },
      vitalFew: { clients: whole.vitalFew.members.length, amount: minor(whole.vitalFew.sum) },
      top: { clients: Math.ceil(own.length / 5), amount: minor(whole.top.sum) },
    });
    const vital = await allItems(caller, `${(body['vitalFew'] as { drillDown: string }).drillDown}&limit=2`);
    expect(ids(vital)).toEqual(whole.vitalFew.members.map(({ clientId }) => clientId));
    expect(vital.map(({ rank }) => rank)).toEqual(vital.map((_one, i) => i + 1));
    const trend = body['trend'] as { month: string; vitalFew: { clients: number; drillDown: string }; positive: { amount: unknown } }[];
    expect(trend.map(({ month }) => month)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']);
    for (const { month, vitalFew, positive } of trend) {
      const from = month === '2026-01' ? span.from : `${month}-01`;
      const of = expected({ from, to: addDays(addMonths(`${month}-01`, 1), -1) });
      expect([month, vitalFew.clients, positive.amount]).toEqual([month, of.vitalFew.members.length, minor(of.positive.total)]);
      expect(ids(await allItems(caller, vitalFew.drillDown))).toEqual(of.vitalFew.members.map(({ clientId }) => clientId));
    }
  });

  test('signs of leaving: the same signals and evidence as the pure rule, every count the length of its list', async () => {
    const caller = callerOf(branch);
    const active = seenBy(branch).filter(({ openedOn }) => openedOn !== '');
    const items = await allItems(caller, `/v1/value/churn?asOf=${asOf}&minScore=0&limit=5`);
    expect(ids(items)).toEqual(sorted(active));
    for (const lived of active) {
      const expected = churnOf(lived);
      const shown = items.find(({ clientId }) => clientId === lived.clientId)!;
      const signals = shown['signals'] as { signal: string; present: boolean; evidence: object }[];
      const { adaRecent, adaBefore } = expected.signals[0]!.evidence as Record<string, Rational>;
      expect([lived.clientId, shown['score'], signals.map(({ signal, present }) => [signal, present])]).toEqual([
        lived.clientId,
        expected.score,
        expected.signals.map(({ signal, present }) => [signal, present]),
      ]);
      expect(signals[0]!.evidence).toMatchObject({ adaRecent: minor(adaRecent!), adaBefore: minor(adaBefore!) });
    }
    const { body } = await caller.get(`/v1/value/churn/counts?asOf=${asOf}`);
    expect(body['clients']).toBe(active.length);
    for (const { clients, drillDown } of [...(body['bySignal'] as Figure[]), ...(body['byScore'] as Figure[])])
      expect([drillDown, (await allItems(caller, drillDown)).length]).toEqual([drillDown, clients]);
  });

  test('dormant clients are those whom the pure rule finds', async () => {
    for (const on of [asOf, '2029-06-30']) {
      const items = await allItems(callerOf(branch), `/v1/value/dormant?asOf=${on}&limit=3`);
      expect(ids(items)).toEqual(sorted(seenBy(branch).filter((lived) => dormancyOf(lived, on).dormant)));
    }
  });
});

describe('questions about value', () => {
  test.each([
    ['/v1/value/pareto?from=2026-02-01&to=2026-01-31', '#/query/from', 'out-of-range'],
    ['/v1/value/pareto?from=2023-01-31&to=2026-01-31', '#/query/from', 'out-of-range'],
    ['/v1/value/pareto?by=assets', '#/query/by', 'not-allowed'],
    ['/v1/value/rfm?asOf=2026-02-30', '#/query/asOf', 'bad-format'],
    ['/v1/value/rfm/clients?recency=6', '#/query/recency', 'out-of-range'],
    ['/v1/value/churn?signal=bored', '#/query/signal', 'not-allowed'],
  ])('%s is refused', async (address, pointer, code) => {
    expect(problem(await officer.get(address))).toEqual({ status: 400, code: 'invalid-request', errors: [{ pointer, code }] });
  });

  test('a statement that takes another’s place moves the figures', async () => {
    const manager = callers.get(SHANGHAI)!;
    const clientId = await aValuedClient(manager, '2026-01-01');
    const commission = async () => {
      await under.settled();
      const { body } = await manager.get(`/v1/clients/${clientId}/value?asOf=${asOf}`);
      return (body['rfm'] as { netCommission: { amountMinor: number } }).netCommission.amountMinor;
    };
    const one = { tradeId: 'x', on: '2026-03-01', commissionMinor: 500, passedOnMinor: 100 };
    await stateFacts(under, clientId, { openedOn: '2026-01-01', trades: [one] });
    expect(await commission()).toBe(400);
    await stateFacts(under, clientId, { trades: [{ ...one, state: 'corrected', commissionMinor: 300 }] });
    expect(await commission()).toBe(200);
    await stateFacts(under, clientId, { trades: [{ ...one, state: 'cancelled' }] });
    expect(await commission()).toBe(0);
  });
});
