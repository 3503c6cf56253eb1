import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addDays, addMonths, toLocalDate } from '#event-sourcing';
import {
  aClient,
  aComplaint,
  type Answer,
  type ApiUnderTest,
  BEIJING,
  type Caller,
  problem,
  SHANGHAI,
  startApiUnderTest,
} from '../../../../test/support/api.js';

jest.setTimeout(120_000);

const today = toLocalDate(new Date().toISOString(), 'Asia/Shanghai');
let under: ApiUnderTest;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager', SHANGHAI);
});
afterAll(() => under.close());

const newClient = async (): Promise<string> => String((await manager.post('/v1/clients', aClient())).body['id']);
const assess = (clientId: string, more: object, version = 0): Promise<Answer> => {
  const found = { questionnaireVersion: 'q-2026.1', score: 48, level: 'C3', ...more };
  return manager.post(`/v1/clients/${clientId}/risk-profile/record-assessment`, found, { version });
};
const check = (clientId: string, riskLevel: string, initiative = 'client', key?: string): Promise<Answer> => {
  const product = { productId: 'FUND-9', riskLevel, initiative };
  return manager.post(`/v1/clients/${clientId}/risk-profile/check-suitability`, product, { key });
};
const plan = (clientId: string, more: object = {}): Promise<Answer> =>
  manager.post('/v1/contacts/plan-outreach', { clientId, channel: 'phone', ...more });
const profileOf = (clientId: string, position: unknown, caller = manager): Promise<Answer> =>
  caller.get(`/v1/clients/${clientId}/risk-profile`, { 'rapport-min-position': String(position) });

describe('a risk profile', () => {
  test('is there before the first assessment, with its version', async () => {
    const registered = await manager.post('/v1/clients', aClient());
    const profile = await profileOf(String(registered.body['id']), registered.body['position']);
    expect(profile.body).toMatchObject({ version: 0, status: 'none', assessment: null, validUntil: null, checks: [] });
  });

  test('shows what counts and until when; an older assessment told late does not supersede', async () => {
    const clientId = await newClient();
    const assessedOn = addMonths(today, -3);
    await assess(clientId, { assessedOn, level: 'C4', score: 71 });
    const older = await assess(clientId, { assessedOn: addMonths(today, -40), level: 'C1', lowestClass: true }, 1);
    const profile = await profileOf(clientId, older.body['position']);
    const validUntil = addMonths(assessedOn, 24);
    expect(profile.body).toMatchObject({ version: 2, status: 'valid', validUntil, assessments: 2 });
    expect(profile.body['assessment']).toMatchObject({ level: 'C4', score: 71, lowestClass: false, assessedOn, source: 'desk' });
  });

  test('lapses on the day, not before', async () => {
    const lapsed = await newClient();
    const last = await assess(lapsed, { assessedOn: addMonths(today, -12), validMonths: 12 });
    const validUntil = addMonths(addMonths(today, -12), 12); // today, but on a 29 February
    expect((await profileOf(lapsed, last.body['position'])).body).toMatchObject({ status: 'expired', validUntil });
    expect((await check(lapsed, 'R1')).body).toMatchObject({ suitability: 'EXPIRED' });
    const lasting = await newClient();
    await assess(lasting, { assessedOn: addDays(addMonths(today, -12), 2), validMonths: 12 });
    expect((await check(lasting, 'R1')).body).toMatchObject({ suitability: 'MATCH' });
  });

  test('is of one branch: hidden from another', async () => {
    const clientId = await newClient();
    const { body } = await assess(clientId, {});
    const stranger = await under.as('relationshipManager', BEIJING);
    expect((await profileOf(clientId, body['position'], stranger)).status).toBe(404);
    const path = `/v1/clients/${clientId}/risk-profile/check-suitability`;
    const asked = await stranger.post(path, { productId: 'F', riskLevel: 'R1', initiative: 'client' });
    expect(problem(asked)).toMatchObject({ status: 404 });
  });
});

describe('a suitability check', () => {
  test('answers what it found, the same when it is repeated', async () => {
    const clientId = await newClient();
    await assess(clientId, { level: 'C3' });
    expect((await check(clientId, 'R3')).body).toMatchObject({ events: ['SuitabilityChecked'], suitability: 'MATCH' });
    const first = await check(clientId, 'R4', 'client', 'check-1');
    await assess(clientId, { level: 'C5', assessedOn: today, source: 'other-desk' }, 3);
    const again = await check(clientId, 'R4', 'client', 'check-1');
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await check(clientId, 'R4')).body).toMatchObject({ suitability: 'MATCH' });
  });

  test('forbids to the lowest class what it warns others of; a warning is accepted on the client’s initiative alone', async () => {
    const clientId = await newClient();
    await assess(clientId, { level: 'C1', lowestClass: true });
    const forbidden = await check(clientId, 'R2');
    expect(forbidden.body).toMatchObject({ suitability: 'PROHIBITED' });
    const confirmation = { kind: 'recordedCall', reference: 'REC-77' };
    const accept = (answer: Answer, version: number): Promise<Answer> =>
      manager.post(
        `/v1/clients/${clientId}/risk-profile/checks/${String(answer.body['checkId'])}/accept-warning`,
        { confirmation },
        { version },
      );
    expect(problem(await accept(forbidden, 2))).toMatchObject({ status: 422, code: 'no-warning-to-accept' });
    await assess(clientId, { level: 'C2', source: 'other-desk' }, 2);
    const pushed = await check(clientId, 'R3', 'firm');
    expect(problem(await accept(pushed, 4))).toMatchObject({ status: 422, code: 'not-on-the-clients-initiative' });
    const asked = await check(clientId, 'R3', 'client');
    const accepted = await accept(asked, 5);
    expect(accepted.body['events']).toEqual(['SuitabilityWarningAccepted']);
    const { body } = await profileOf(clientId, accepted.body['position']);
    const [newest] = body['checks'] as Record<string, unknown>[];
    expect(newest).toMatchObject({ checkId: asked.body['checkId'], result: 'WARN', acceptedOn: today, confirmation });
  });

  test('results and levels lie encrypted in the log and in the read model', async () => {
    const clientId = await newClient();
    await assess(clientId, { level: 'C2', questionnaireVersion: 'canary' });
    const { body } = await check(clientId, 'R5');
    await profileOf(clientId, body['position']);
    const { rows } = await under.owner.query<{ text: string }>(
      `SELECT data AS text FROM log.events WHERE key = $1 AND stream_kind = 'riskProfile'
       UNION ALL SELECT assessment || checks FROM read.risk_profiles WHERE client_id = $1`,
      [clientId],
    );
    expect(rows).toHaveLength(3);
    for (const { text } of rows) expect(text).not.toMatch(/"WARN"|"C2"|"score":\d/);
  });
});

describe('outreach about a product', () => {
  const product = (level: string) => ({ productId: 'FUND-9', productRiskLevel: level });
  const reasonsOf = async (answer: Answer): Promise<unknown> => {
    const { body } = await manager.get(`/v1/contacts/outreach/${String(answer.body['id'])}`, {
      'rapport-min-position': String(answer.body['position']),
    });
    expect(answer.body['reasons'] ?? []).toEqual(body['reasons']);
    return body['status'] === 'blocked' ? body['reasons'] : body['status'];
  };

  test('is blocked without a valid assessment, and to the lowest class', async () => {
    const clientId = await newClient();
    expect(await reasonsOf(await plan(clientId))).toEqual(['no-assessment']);
    await assess(clientId, { assessedOn: addMonths(today, -24) });
    expect(await reasonsOf(await plan(clientId))).toEqual(['suitability-expired']);
    await assess(clientId, { level: 'C1', lowestClass: true }, 1);
    expect(await reasonsOf(await plan(clientId, product('R2')))).toEqual(['suitability-prohibited']);
    expect(await reasonsOf(await plan(clientId, product('R1')))).toBe('planned');
    expect(await reasonsOf(await plan(clientId))).toBe('planned');
    const refused = await plan(clientId, { productId: 'FUND-9' });
    expect(problem(refused)).toMatchObject({ status: 422, code: 'product-incomplete', errors: [{ pointer: '/productRiskLevel' }] });
  });

  test('is blocked while a complaint is open, and free again once it is closed', async () => {
    const clientId = await newClient();
    await assess(clientId, { level: 'C2' });
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const blocked = await plan(clientId, product('R3'));
    expect(blocked.body['events']).toEqual(['OutreachBlocked']);
    expect(await reasonsOf(blocked)).toEqual(['complaint-open']);
    const address = `/v1/complaints/${String(complaint.body['id'])}`;
    await manager.post(`${address}/send-final-response`, { resolution: 'none' }, { version: 1 });
    await manager.post(`${address}/close`, {}, { version: 2 });
    const free = await plan(clientId, product('R3'));
    expect(await reasonsOf(free)).toBe('planned');
    const { body } = await manager.get(`/v1/contacts/outreach/${String(free.body['id'])}`);
    expect(body).toMatchObject({ warned: true, productRiskLevel: 'R3' }); // above the level: the planner is told
  });
});
