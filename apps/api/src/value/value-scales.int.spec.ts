import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { defaultValueScales, sampleTierRules } from '#tiers';
import { type ApiUnderTest, type Caller, problem, startApiUnderTest } from '../../../../test/support/api.js';
import { aValuedClient, stateFacts } from '../../../../test/support/valued-clients.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let officer: Caller;
let second: Caller;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  officer = await under.as('complianceOfficer');
  second = await under.as('complianceOfficer', undefined, 'another.officer');
  manager = await under.as('branchManager');
});
afterAll(() => under.close());

test('scales are published with the tier rules, by two persons, and hold from their day on', async () => {
  const clientId = await aValuedClient(manager, '2026-01-05');
  const trades = ['2026-01-05', '2026-02-05'].map((on) => ({ tradeId: `T-${on}`, on, commissionMinor: 500_00 }));
  await stateFacts(under, clientId, {
    openedOn: '2026-01-05',
    trades,
    assets: [{ on: '2026-02-05', totalMinor: 50_00, securitiesMinor: 0, cashMinor: 50_00 }],
  });
  await under.settled();
  const scoresOn = async (asOf: string) => {
    const { rfm, dormancy } = (await manager.get(`/v1/clients/${clientId}/value?asOf=${asOf}`)).body as Record<
      string,
      Record<string, unknown>
    >;
    return [rfm!['recency'], rfm!['frequency'], rfm!['monetary'], dormancy!['dormant']];
  };
  const rfm = { windowDays: 365, recencyDays: [60, 120, 180, 240], tradeDates: [2, 1, 1, 1], netCommissionMinor: [900_00, 1, 1, 1] };
  const dormancy = { ...defaultValueScales.dormancy, months: 1 };
  const rules = { ...sampleTierRules, version: 'scales-1', value: { rfm, dormancy } };

  expect((await officer.post('/v1/tier-rules', rules, { version: 0 })).status).toBe(200);
  expect(
    problem(await officer.post('/v1/tier-rules', { ...rules, value: { rfm: { ...rfm, tradeDates: [1, 2, 3] } } }, { version: 1 })),
  ).toMatchObject({
    status: 400,
    errors: [{ pointer: '/value/rfm/tradeDates', code: 'too-few' }],
  });
  expect((await officer.post('/v1/tier-rules/scales-1/approve', {}, { version: 1 })).status).not.toBe(200); // four eyes
  expect((await second.post('/v1/tier-rules/scales-1/approve', {}, { version: 1 })).status).toBe(200);
  await under.settled();
  expect(await scoresOn('2026-03-31')).toEqual([3, 1, 2, false]); // by default: 54 days, 2 dates, 1,000.00

  const old = { ...sampleTierRules, version: 'before' };
  expect((await officer.post('/v1/tier-rules', old, { version: 2 })).status).toBe(200);
  expect((await second.post('/v1/tier-rules/before/approve', {}, { version: 3 })).status).toBe(200);
  expect((await officer.post('/v1/tier-rules/before/publish', { effectiveFrom: '2026-01-01' }, { version: 4 })).status).toBe(200);
  expect((await officer.post('/v1/tier-rules/scales-1/publish', { effectiveFrom: '2026-03-31' }, { version: 5 })).status).toBe(200);
  await under.settled();
  expect(await scoresOn('2026-03-30')).toEqual([3, 1, 2, false]);
  expect(await scoresOn('2026-03-31')).toEqual([5, 5, 5, true]);
  const { body } = await manager.post('/v1/segments/count', {
    query: { behaviour: { frequency: { min: 5 }, dormant: true } },
    asOf: '2026-03-31',
  });
  expect(body).toMatchObject({ count: 1 });
  expect((await manager.get('/v1/value/dormant?asOf=2026-03-31')).body['items']).toHaveLength(1);
  expect((await manager.get('/v1/value/dormant?asOf=2026-03-30')).body['items']).toHaveLength(0);
});
