import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sampleTierRules } from '#tiers';
import { type ApiUnderTest, type Caller, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { tradingDayRules } from '../../../../test/support/trading-day-rules.js';

jest.setTimeout(120_000);

const address = '/v1/tier-rules';
const rules = (version: string, change: object = {}) => ({ ...sampleTierRules, version, ...change });

let under: ApiUnderTest;
let amy: Caller;
let cora: Caller;
let dora: Caller;
let position = '0';
beforeAll(async () => {
  under = await startApiUnderTest();
  amy = await under.as('admin', SHANGHAI, 'amy');
  cora = await under.as('complianceOfficer', SHANGHAI, 'cora');
  dora = await under.as('complianceOfficer', SHANGHAI, 'dora');
});
afterAll(() => under.close());

const reading = async (caller: Caller, path = address) => (await caller.get(path, { 'rapport-min-position': position })).body;
const done = (answer: { status: number; body: Record<string, unknown> }, ...events: string[]) => {
  expect([answer.status, answer.body['events']]).toEqual([200, events]);
  position = String(answer.body['position']);
};
const refused = (answer: { status: number; body: Record<string, unknown> }) => [answer.status, answer.body['code']];

describe('tier rules', () => {
  test('are drafted, approved by another person, published from a day on, and followed by the next', async () => {
    done(await cora.post(address, rules('2026-1'), { version: 0 }), 'TierRulesDrafted');
    expect(refused(await cora.post(`${address}/2026-1/publish`, { effectiveFrom: '2026-01-01' }, { version: 1 }))).toEqual([
      422,
      'tier-rules-not-approved',
    ]);
    expect(refused(await cora.post(`${address}/2026-1/approve`, {}, { version: 1 }))).toEqual([422, 'tier-rules-self-approval']);
    done(await dora.post(`${address}/2026-1/approve`, {}, { version: 1 }), 'TierRulesApproved');
    done(await cora.post(`${address}/2026-1/publish`, { effectiveFrom: '2026-01-01' }, { version: 2 }), 'TierRulesPublished');
    done(await amy.post(address, rules('2026-2', { graceDays: 60 }), { version: 3 }), 'TierRulesDrafted');
    done(await dora.post(`${address}/2026-2/approve`, {}, { version: 4 }), 'TierRulesApproved');
    const early = await dora.post(`${address}/2026-2/publish`, { effectiveFrom: '2025-12-31' }, { version: 5 });
    expect([refused(early), early.body['errors']]).toEqual([
      [422, 'tier-rules-before-published'],
      [{ pointer: '/effectiveFrom', code: 'tier-rules-before-published' }],
    ]);
    done(await dora.post(`${address}/2026-2/publish`, { effectiveFrom: '2026-06-01' }, { version: 5 }), 'TierRulesPublished');

    const agent = await under.as('serviceDeskAgent', SHANGHAI);
    const published = { status: 'published', approvedBy: 'dora' };
    expect(await reading(agent)).toMatchObject({
      version: 6,
      items: [
        { ...published, ruleVersion: '2026-2', draftedBy: ['amy'], effectiveFrom: '2026-06-01', effectiveTo: null, publishedBy: 'dora' },
        { ...published, ruleVersion: '2026-1', draftedBy: ['cora'], effectiveFrom: '2026-01-01', effectiveTo: '2026-06-01' },
      ],
    });
    expect(await reading(agent, `${address}/2026-2`)).toMatchObject({ version: 6, rules: rules('2026-2', { graceDays: 60 }) });
    expect(refused(await agent.get(`${address}/2026-9`))).toEqual([404, 'not-found']);
    expect((await agent.get(`${address}/a%20b`)).body['errors']).toEqual([{ pointer: '#/path/ruleVersion', code: 'bad-format' }]);
  });

  test('that are published stay as they are', async () => {
    expect(refused(await amy.post(address, rules('2026-1', { graceDays: 1 }), { version: 6 }))).toEqual([
      422,
      'tier-rules-already-published',
    ]);
    expect(refused(await dora.post(`${address}/2026-1/publish`, { effectiveFrom: '2027-01-01' }, { version: 6 }))).toEqual([
      422,
      'tier-rules-already-published',
    ]);
    expect(refused(await dora.post(`${address}/none/approve`, {}, { version: 6 }))).toEqual([404, 'not-found']);
  });

  test('are approved anew once their draft is replaced', async () => {
    done(await amy.post(address, rules('draft'), { version: 6 }), 'TierRulesDrafted');
    done(await cora.post(`${address}/draft/approve`, {}, { version: 7 }), 'TierRulesApproved');
    done(await dora.post(address, rules('draft', { strikesToDemote: 3 }), { version: 8 }), 'TierRulesDrafted');
    expect(await reading(amy, `${address}/draft`)).toMatchObject({
      status: 'drafted',
      approvedBy: null,
      draftedBy: ['amy', 'dora'],
      effectiveFrom: null,
      rules: { strikesToDemote: 3 },
    });
    expect(refused(await dora.post(`${address}/draft/approve`, {}, { version: 9 }))).toEqual([422, 'tier-rules-self-approval']);
  });

  test('over trading days are published under a published calendar alone', async () => {
    done(await amy.post(address, tradingDayRules('CN_TRADING'), { version: 9 }), 'TierRulesDrafted');
    done(await cora.post(`${address}/sample-trading-1/approve`, {}, { version: 10 }), 'TierRulesApproved');
    const publish = () => cora.post(`${address}/sample-trading-1/publish`, { effectiveFrom: '2026-07-01' }, { version: 11 });
    expect(refused(await publish())).toEqual([422, 'calendar-missing']);
    const calendar = { zone: 'Asia/Shanghai', week: { mon: [['09:30', '15:00']] }, knownUntil: '2026-12-31' };
    await amy.post('/v1/calendars', { name: 'CN_TRADING', calendar, effectiveFrom: '2026-01-01', sourceNotice: 'x' });
    done(await publish(), 'TierRulesPublished');
  });

  test('with faults are refused with a pointer to each, and nothing is stored', async () => {
    const before = await under.eventCount();
    const tiers = [
      { tier: 'STANDARD' },
      { tier: 'GOLD', entry: { adaMinor: 100.5 } },
      { tier: 'SILVER', entry: { adaMinor: 50 }, retention: { adaMinor: 51 } },
    ];
    const { status, body } = await amy.post(address, rules('bad', { tiers, windowDays: 0, surprise: 1 }), { version: 12 });
    expect([status, body['code'], body['errors']]).toEqual([
      400,
      'invalid-request',
      [
        { pointer: '/surprise', code: 'unknown-member' },
        { pointer: '/windowDays', code: 'out-of-range' },
        { pointer: '/tiers/1/entry/adaMinor', code: 'fractional-amount' },
        { pointer: '/tiers/2/tier', code: 'ladder-not-ascending' },
        { pointer: '/tiers/2/retention/adaMinor', code: 'retention-above-entry' },
      ],
    ]);
    const missing = await cora.post(`${address}/draft/publish`, {}, { version: 12 });
    expect(missing.body['errors']).toEqual([{ pointer: '/effectiveFrom', code: 'missing' }]);
    expect(await under.eventCount()).toBe(before);
    expect((await amy.get('/problems/invalid-request')).body['text']).toContain('ladder-not-ascending');
  });
});
