import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addDays, addMonths, toLocalDate, type Uuid } from '#event-sourcing';
import { type ApiUnderTest, aComplaint, BEIJING, type Caller, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { allItems, aValuedClient, stateFacts, stateRate } from '../../../../test/support/valued-clients.js';

jest.setTimeout(120_000);

const today = toLocalDate(new Date().toISOString(), 'Asia/Shanghai');
const ago = (days: number) => addDays(today, -days);
const fund = { instrumentId: 'F-1', instrumentClass: 'fund', riskLevel: 4 };
const bond = { instrumentId: 'B-1', instrumentClass: 'bond', riskLevel: 1 };

let under: ApiUnderTest;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager', SHANGHAI);
});
afterAll(() => under.close());

const valueOf = async (clientId: Uuid, asOf = today): Promise<Record<string, unknown>> => {
  await under.settled();
  const { status, body } = await manager.get(`/v1/clients/${clientId}/value?asOf=${asOf}`);
  expect(status).toBe(200);
  return body;
};
const signalOf = (body: Record<string, unknown>, name: string) => {
  const { signals } = body['churn'] as { signals: { signal: string; present: boolean; evidence: object; drillDown: string[] }[] };
  return signals.find(({ signal }) => signal === name)!;
};
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });

describe('the value of one client', () => {
  test('a prospect has a potential, every point with its source, and no signs of leaving', async () => {
    const internal = { incomeBand: 'high', occupation: 'management', ageBand: '45to54', averageBalance: cny(60_000_000) };
    const { body: registered } = await manager.post('/v1/clients', {
      clientNo: `P-${process.pid}`,
      party: 'person',
      identity: { name: '李雷' },
      reachableAt: [],
      acquisitionSource: 'referral',
      profile: { internal },
    });
    const clientId = String(registered['id']);
    await manager.post(`/v1/clients/${clientId}/record-needs`, { horizonMonths: 60 }, { version: 2 });
    const body = await valueOf(clientId);
    expect(body).toMatchObject({
      rfm: { recency: 1, frequency: 1, monetary: 1, noHistory: true },
      churn: null,
      dormancy: { dormant: false },
    });
    expect(body['potential']).toMatchObject({ score: 20 + 15 + 15 + 10 + 16 + 10 });
    const { points } = body['potential'] as { points: { points: number; source: string }[] };
    expect(points).toHaveLength(6);
    expect(points).toContainEqual({ attribute: 'horizonMonths', source: '/needs/horizonMonths', value: 60, points: 10 });
  });

  test('what they do stands beside what they say, and the mismatches are named', async () => {
    const clientId = await aValuedClient(manager, ago(500));
    await manager.post(`/v1/clients/${clientId}/record-needs`, { horizonMonths: 36, instruments: ['bond'] }, { version: 2 });
    await manager.post(`/v1/clients/${clientId}/record-risk-preference`, { riskPreference: 'cautious' }, { version: 3 });
    const found = { questionnaireVersion: 'q', score: 50, level: 'C3', assessedOn: addMonths(today, -2) };
    await manager.post(`/v1/clients/${clientId}/risk-profile/record-assessment`, found, { version: 0 });
    const trades = [
      { tradeId: '1', on: ago(100), side: 'buy' as const, instrument: fund, units: 10, grossMinor: 6_000 },
      { tradeId: '2', on: ago(40), side: 'sell' as const, instrument: fund, units: 5, grossMinor: 4_000 },
      { tradeId: '3', on: ago(40), side: 'buy' as const, instrument: bond, units: 1, grossMinor: 2_000 },
      { tradeId: '4', on: ago(30), grossMinor: 999 }, // says neither what nor which way
    ];
    await stateFacts(under, clientId, { openedOn: ago(500), trades });
    const body = await valueOf(clientId);
    expect(body['stated']).toEqual({ riskPreference: 'cautious', riskLevel: 3, horizonMonths: 36, instruments: ['bond'] });
    expect(body['observed']).toMatchObject({
      trades: 3,
      tradeDates: 2,
      tradeSize: cny(4_000),
      holding: { medianDays: 60, basis: 'sold' },
      concentration: { instrumentId: 'F-1', cost: cny(3_000), basisPoints: 6_000 },
      byInstrumentClass: [
        { of: 'bond', traded: cny(2_000), tradedBasisPoints: 1_667, held: cny(2_000), heldBasisPoints: 4_000 },
        { of: 'fund', traded: cny(10_000), tradedBasisPoints: 8_333, held: cny(3_000), heldBasisPoints: 6_000 },
      ],
    });
    expect(body['mismatches']).toEqual([
      { mismatch: 'tradesAboveLevel', stated: 'C3', observed: { trades: 1, amount: cny(6_000), highestRiskLevel: 4 } },
      { mismatch: 'riskierThanStated', stated: 'cautious', observed: { amount: cny(6_000), basisPoints: 7_500 } },
      { mismatch: 'shorterThanStated', stated: 36, observed: { medianDays: 60 } },
      { mismatch: 'instrumentsNotStated', stated: ['bond'], observed: { instrumentClasses: ['fund'] } },
    ]);
    expect(body['unobserved']).toBe(1);
    const { trades: list } = body['drillDown'] as { trades: string };
    const listed = await allItems(manager, list);
    expect(listed.map(({ data }) => (data as { tradeId: string }).tradeId).sort()).toEqual(['1', '2', '3', '4']);
  });

  test('a level counts only while its assessment is valid', async () => {
    const clientId = await aValuedClient(manager, ago(500));
    const found = { questionnaireVersion: 'q', score: 50, level: 'C1', assessedOn: addMonths(today, -24) };
    await manager.post(`/v1/clients/${clientId}/risk-profile/record-assessment`, found, { version: 0 });
    const bought = { tradeId: '1', on: ago(900), side: 'buy' as const, instrument: fund, units: 1, grossMinor: 100 };
    await stateFacts(under, clientId, { openedOn: ago(1_000), trades: [{ ...bought, on: ago(2) }] });
    expect(await valueOf(clientId)).toMatchObject({ stated: {}, mismatches: [] });
    expect(await valueOf(clientId, ago(1))).toMatchObject({ stated: { riskLevel: 1 }, mismatches: [{ mismatch: 'tradesAboveLevel' }] });
  });

  test('money that left after a complaint is shown with the complaint, and the way to its facts', async () => {
    const clientId = await aValuedClient(manager, ago(300));
    await stateFacts(under, clientId, {
      openedOn: ago(300),
      assets: [{ on: ago(290), totalMinor: 100_000 }],
      movements: [
        { movementId: 'a', on: ago(20), direction: 'out', amountMinor: 26_000 },
        { movementId: 'b', on: ago(10), direction: 'in', amountMinor: 6_000 },
        { movementId: 'c', on: ago(10), direction: 'out', amountMinor: 90_000, state: 'cancelled' },
      ],
    });
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId, { receivedAt: ago(30), channel: 'letter' }));
    const shown = signalOf(await valueOf(clientId), 'outflowAfterComplaint');
    const complaintId = String(complaint.body['id']);
    expect(shown).toMatchObject({
      present: true,
      evidence: { complaintId, receivedOn: ago(30), ada: cny(100_000), netOutflow: cny(20_000) },
    });
    const [first, movements] = shown.drillDown as [string, string];
    expect((await manager.get(first)).body).toMatchObject({ complaintId });
    expect(await allItems(manager, movements)).toHaveLength(3);
    await stateFacts(under, clientId, { movements: [{ movementId: 'd', on: ago(5), direction: 'in', amountMinor: 1 }] });
    expect(signalOf(await valueOf(clientId), 'outflowAfterComplaint')).toMatchObject({
      present: false,
      evidence: { netOutflow: cny(19_999) },
    });
  });

  test('a machine’s message is no contact, an amended one is where it was', async () => {
    const clientId = await aValuedClient(manager, ago(400));
    const log = (more: object) =>
      manager.post('/v1/contacts', { clientId, channel: 'email', direction: 'outbound', automated: false, ...more });
    await log({ startedAt: ago(5), automated: true });
    const { body } = await log({ startedAt: ago(179) });
    expect(signalOf(await valueOf(clientId), 'noContact')).toMatchObject({
      present: false,
      evidence: { lastContactOn: ago(179), days: 179 },
    });
    await manager.post(`/v1/contacts/${String(body['id'])}/amend`, { startedAt: ago(180) }, { version: 1 });
    expect(signalOf(await valueOf(clientId), 'noContact')).toMatchObject({
      present: true,
      evidence: { lastContactOn: ago(180), days: 180 },
    });
  });

  test('the latest satisfaction answer counts', async () => {
    const clientId = await aValuedClient(manager, ago(400));
    const answer = (csat: number, days: number) => manager.post('/v1/surveys', { clientId, csat, answeredAt: ago(days) });
    await answer(2, 3);
    expect(signalOf(await valueOf(clientId), 'lowSatisfaction')).toMatchObject({
      present: true,
      evidence: { answeredOn: ago(3), csat: 2 },
    });
    await answer(3, 1);
    await answer(1, 9); // told later, given earlier
    expect(signalOf(await valueOf(clientId), 'lowSatisfaction')).toMatchObject({ present: false, evidence: { csat: 3 } });
    expect(signalOf(await valueOf(clientId, ago(2)), 'lowSatisfaction')).toMatchObject({ present: true });
  });

  test('amounts without a rate of their day are told of, not guessed', async () => {
    const clientId = await aValuedClient(manager, ago(400));
    await stateRate(under, 'JPY', [ago(50)], 10_000, 485);
    const trade = { on: ago(50), commissionMinor: 10_000, currency: 'JPY' };
    const trades = [
      { tradeId: '1', ...trade },
      { tradeId: '2', ...trade, on: ago(49) },
    ];
    await stateFacts(under, clientId, {
      openedOn: ago(400),
      trades,
      assets: [{ on: ago(49), totalMinor: 5, cashMinor: 5, securitiesMinor: 0, currency: 'JPY' }],
    });
    const body = await valueOf(clientId);
    expect(body['rfm']).toMatchObject({ netCommission: cny(485), unconverted: 1, tradeDates: 2 });
    expect(body['dormancy']).toMatchObject({ dormant: false, cash: null });
  });

  test('is hidden from another branch, figures and facts alike', async () => {
    const clientId = await aValuedClient(manager, ago(400));
    await stateFacts(under, clientId, { openedOn: ago(400), trades: [{ tradeId: '1', on: ago(1), commissionMinor: 99_900 }] });
    await under.settled();
    const stranger = await under.as('branchManager', BEIJING);
    expect((await stranger.get(`/v1/clients/${clientId}/value`)).status).toBe(404);
    expect((await stranger.get(`/v1/clients/${clientId}/account-facts`)).status).toBe(404);
    expect((await stranger.get('/v1/value/rfm')).body).toMatchObject({ clients: 0, cells: [] });
    expect((await stranger.get('/v1/value/churn/counts')).body).toMatchObject({ clients: 0 });
    expect((await stranger.get('/v1/value/pareto')).body).toMatchObject({
      clients: 0,
      positive: { amount: cny(0), clientsBasisPoints: null },
    });
  });
});
