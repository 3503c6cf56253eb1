import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aClient, aComplaint, type Answer, type ApiUnderTest, type Caller, startApiUnderTest } from '../../../test/support/api.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
let deputy: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  deputy = await under.as('branchManager', undefined, 'deputy');
});
afterAll(() => under.close());

const seen = (written: Answer): Record<string, string> => ({ 'rapport-min-position': String(written.body['position']) });

describe('a client over HTTP', () => {
  test('is registered, changed, assigned, handed over, and read back', async () => {
    const registered = await manager.post('/v1/clients', aClient({ profile: { external: { region: 'Shanghai' } } }));
    expect(registered).toMatchObject({ status: 201, body: { version: 2, events: ['ClientRegistered', 'ClientProfileUpdated'] } });
    const { id } = registered.body as { id: string };
    expect(registered.headers.get('location')).toBe(`/v1/clients/${id}`);
    expect(registered.headers.get('etag')).toBe('"2"');
    expect(registered.headers.get('rapport-position')).toBe(String(registered.body['position']));
    const needs = await manager.post(`/v1/clients/${id}/record-needs`, { goals: '养老', horizonMonths: 120 }, { version: 2 });
    expect(needs).toMatchObject({ status: 200, body: { id, version: 3, events: ['ClientNeedsRecorded'] } });
    const again = await manager.post(`/v1/clients/${id}/record-needs`, { goals: '养老', horizonMonths: 120 }, { version: 3 });
    expect(again).toMatchObject({ status: 200, body: { version: 3, events: [] } });
    await manager.post(`/v1/clients/${id}/link-account`, { accountId: 'A-1', role: 'owner', opened: '2020-02-29' }, { version: 3 });
    await manager.post(`/v1/clients/${id}/record-risk-preference`, { riskPreference: 'balanced' }, { version: 4 });
    const assign = { staffId: 'li.na', role: 'manager', primary: true, from: '2026-01-01' };
    expect(await manager.post(`/v1/clients/${id}/assignments/assign`, assign, { version: 0 })).toMatchObject({ body: { id, version: 1 } });
    const handOver = await manager.post(
      `/v1/clients/${id}/assignments/hand-over`,
      { from: 'li.na', to: 'zhao.min', on: '2026-02-01' },
      { version: 1 },
    );
    expect(handOver).toMatchObject({ status: 200, body: { events: ['HandedOver'] } });

    const file = await manager.get(`/v1/clients/${id}`, seen(handOver));
    expect(file).toMatchObject({
      status: 200,
      body: {
        clientId: id,
        status: 'active',
        identity: { name: '王芳', idNumber: '310101198405170023' },
        needs: { goals: '养老' },
        accounts: [{ accountId: 'A-1', role: 'owner', opened: { precision: 'day', date: '2020-02-29', at: '2020-02-28T16:00:00.000Z' } }],
        primaryManager: 'zhao.min',
        versions: { client: 5, assignments: 2, tier: 0 },
      },
    });
    const masked = await (await under.as('serviceDeskAgent')).get(`/v1/clients/${id}`, seen(handOver));
    expect(masked.body).toMatchObject({ identity: { name: '王芳', idNumber: '****0023', birthDate: '****' } });
    const timeline = await manager.get(`/v1/clients/${id}/timeline?limit=2`, seen(handOver));
    expect((timeline.body['items'] as object[]).length).toBe(2);
    expect(timeline.headers.get('link')).toContain('rel="next"');
    const desk = await (await under.as('serviceDeskAgent')).get(`/v1/clients/${id}/timeline`, seen(handOver));
    expect(JSON.stringify(desk.body)).toContain('HandedOver');
    expect(JSON.stringify(desk.body)).not.toMatch(/310101198405170023|1984-05-17|139 0000/);
  });

  test('is handed over with every complaint and follow-up that is open then, unless the items are named', async () => {
    const { body } = await manager.post('/v1/clients', aClient());
    const id = body['id'] as string;
    const assign = { staffId: 'li.na', role: 'manager', primary: true, from: '2026-01-01' };
    await manager.post(`/v1/clients/${id}/assignments/assign`, assign, { version: 0 });
    const complaint = await manager.post('/v1/complaints', aComplaint(id, { receivedAt: '2026-01-05T10:00:00+08:00' }));
    const followUp = await manager.post('/v1/follow-ups', { clientId: id, dueAt: '2033-01-01T00:00:00Z', purpose: 'callBack' });
    const over = { from: 'li.na', to: 'zhao.min', on: '2026-02-01' };
    const handed = await manager.post(`/v1/clients/${id}/assignments/hand-over`, over, { version: 1 });
    const made = { ...over, openItems: [{ kind: 'complaint', id: followUp.body['id'] }] };
    expect(
      await manager.post(`/v1/clients/${id}/assignments/hand-over`, { ...made, from: 'zhao.min', to: 'x' }, { version: 2 }),
    ).toMatchObject({
      status: 422,
      body: { code: 'open-item-unknown', errors: [{ pointer: '/openItems/0' }] },
    });
    const named = { from: 'zhao.min', to: 'li.na', on: '2026-03-01', openItems: [] };
    const back = await manager.post(`/v1/clients/${id}/assignments/hand-over`, named, { version: 2 });
    expect([handed.status, back.status]).toEqual([200, 200]);
    const timeline = await manager.get(`/v1/clients/${id}/timeline`, seen(back));
    const items = (timeline.body['items'] as { type: string; data: { openItems: unknown } }[]).filter((item) => item.type === 'HandedOver');
    expect(items.map((item) => item.data.openItems)).toEqual([
      [],
      [
        { kind: 'complaint', id: complaint.body['id'] },
        { kind: 'followUp', id: followUp.body['id'] },
      ],
    ]);
  });

  test('is found by its whole name, which is asked for in the body', async () => {
    const written = await manager.post('/v1/clients', aClient({ identity: { name: 'Zhāng  Wěi' } }));
    const found = await manager.call('POST', '/v1/clients/search', { body: { name: ' zhāng wěi ' }, headers: seen(written) });
    expect(found).toMatchObject({ status: 200, body: { items: [{ clientId: written.body['id'] }], next: null } });
    expect((await manager.get('/v1/clients?name=x')).body).toMatchObject({
      errors: [{ pointer: '#/query/name', code: 'unknown-parameter' }],
    });
  });

  test('is listed in pages that neither repeat nor miss one, and a cursor is good for its list alone', async () => {
    const written: Answer[] = [];
    for (let i = 0; i < 5; i++) written.push(await manager.post('/v1/clients', aClient()));
    const ids: unknown[] = [];
    let next: string | null = null;
    do {
      const page = await manager.get(`/v1/clients?limit=3&status=prospect${next ? `&cursor=${next}` : ''}`, seen(written.at(-1)!));
      ids.push(...(page.body['items'] as { clientId: string }[]).map((item) => item.clientId));
      next = page.body['next'] as string | null;
      if (next) {
        const elsewhere = [
          await manager.get(`/v1/clients?cursor=${next}`),
          await deputy.get(`/v1/clients?status=prospect&cursor=${next}`),
          await manager.get(`/v1/complaints?cursor=${next}`),
          await manager.get(`/v1/clients?status=prospect&cursor=x${next}`),
        ];
        expect(elsewhere.map((answer) => answer.body['code'])).toEqual(Array(4).fill('cursor-not-valid'));
      }
    } while (next);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(written.map((answer) => answer.body['id'])));
  });
});

describe('a tier override over HTTP', () => {
  test('takes a second person, and the history says what was known when', async () => {
    const client = await manager.post('/v1/clients', aClient());
    const tier = `/v1/clients/${String(client.body['id'])}/tier`;
    await manager.post(`${tier}/initialise`, { tier: 'SILVER', effectiveFrom: '2026-01-01', basis: 'opening-assets' }, { version: 0 });
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const end = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const asked = { mode: 'floor', tier: 'GOLD', validFrom: today, validTo: end, justification: '转入资产在途' };
    const request = await manager.post(`${tier}/request-override`, asked, { version: 1, key: 'override' });
    const { overrideId } = request.body as { overrideId: string };
    expect(request.body).toMatchObject({ version: 2, events: ['OverrideRequested'] });
    const repeated = await manager.post(`${tier}/request-override`, asked, { version: 1, key: 'override' });
    expect(repeated.body).toEqual(request.body);
    const own = await manager.post(`${tier}/overrides/${overrideId}/approve`, {}, { version: 2 });
    expect(own).toMatchObject({ status: 422, body: { code: 'self-approval', type: '/problems/self-approval' } });
    const approved = await deputy.post(`${tier}/overrides/${overrideId}/approve`, {}, { version: 2 });
    expect(approved).toMatchObject({ status: 200, body: { events: ['OverrideApproved'] } });
    const now = await manager.get(`${tier}-history`, seen(approved));
    expect(now.body).toMatchObject({ inForce: { tier: 'GOLD', ruleTier: 'SILVER' }, overrides: [{ overrideId, decidedBy: 'deputy' }] });
    const before = await manager.get(`${tier}-history?validDate=2025-12-31`, seen(approved));
    expect(before.body).toMatchObject({ inForce: null });
    const then = await manager.get(`${tier}-history?knownAt=2026-01-01T00:00:00Z`, seen(approved));
    expect(then.body).toMatchObject({ inForce: null, history: [], overrides: [] });
    const late = await manager.post(`${tier}/overrides/${overrideId}/revoke`, { reason: 'x' }, { version: 2 });
    expect(late).toMatchObject({ status: 412, body: { version: 3, missed: [{ type: 'OverrideApproved', version: 3 }] } });
    expect(late.headers.get('etag')).toBe('"3"');
  });
});

describe('a complaint over HTTP', () => {
  test('goes from its receipt to its close and comes back as the next cycle', async () => {
    const client = await manager.post('/v1/clients', aClient());
    const clientId = client.body['id'];
    const registered = await manager.post('/v1/complaints', aComplaint(clientId, { allegation: '未说明申购费' }));
    expect(registered).toMatchObject({ status: 201, body: { version: 1, events: ['ComplaintRegistered'] } });
    const at = `/v1/complaints/${String(registered.body['id'])}`;
    const called = await manager.post('/v1/contacts', {
      clientId,
      channel: 'phone',
      direction: 'outbound',
      automated: false,
      startedAt: '2026-03-11T12:00:00+08:00',
      complaintId: registered.body['id'],
      summary: '已联系',
    });
    expect(called.body).toMatchObject({ events: ['ContactLogged', 'ContactLinked'] });
    await manager.post(`${at}/acknowledge`, { occurredAt: '2026-03-12' }, { version: 1 });
    await manager.post(`${at}/send-final-response`, { resolution: 'explanation', occurredAt: '2026-03-20T09:00:00+08:00' }, { version: 2 });
    await manager.post(`${at}/record-dispute`, { reason: '不同意' }, { version: 3 });
    await manager.post(`${at}/close`, {}, { version: 4 });
    const reopened = await manager.post(`${at}/reopen`, { reason: 'newEvidence' }, { version: 5 });
    expect(reopened).toMatchObject({ status: 200, body: { version: 6, events: ['ComplaintReopened'] } });
    const read = await manager.get(at, seen(reopened));
    expect(read.body).toMatchObject({
      status: 'reopened',
      cycle: 2,
      version: 6,
      receivedOn: '2026-03-11',
      firstHumanResponseAt: '2026-03-11T04:00:00.000Z',
      registered: { allegation: '未说明申购费' },
    });
    const timeline = await manager.get(`${at}/timeline`, seen(reopened));
    expect((timeline.body['items'] as { type: string }[]).map((item) => item.type)).toEqual([
      'ComplaintRegistered',
      'ContactLinked',
      'ComplaintAcknowledged',
      'FinalResponseSent',
      'ResponseDisputed',
      'ComplaintClosed',
      'ComplaintReopened',
    ]);
    const listed = await manager.get(
      '/v1/complaints?status=reopened&channel=phone&receivedFrom=2026-03-11&receivedTo=2026-03-11',
      seen(reopened),
    );
    expect(listed.body['items']).toEqual([expect.objectContaining({ complaintId: registered.body['id'] })]);
    const figures = await manager.get('/v1/service-levels/complaints?by=channel,month&receivedFrom=2026-03-01', seen(reopened));
    expect(figures.body['items']).toEqual([
      expect.objectContaining({
        group: { channel: 'phone', month: '2026-03' },
        received: 1,
        open: 1,
        firstHumanResponseMinutes: { count: 1, p50: 120, p90: 120, max: 120 },
      }),
    ]);
  });
});

describe('the first human response', () => {
  test('has no time where a response that is known by its day may have been the first', async () => {
    const { body: client } = await manager.post('/v1/clients', aClient());
    const { body: complaint } = await manager.post('/v1/complaints', aComplaint(client['id'], { receivedAt: '2026-02-02T01:00:00Z' }));
    const call = { clientId: client['id'], channel: 'letter', direction: 'outbound', automated: false, complaintId: complaint['id'] };
    const timed = await manager.post('/v1/contacts', { ...call, startedAt: '2026-02-04T01:00:00Z' });
    const place = `/v1/complaints/${String(complaint['id'])}`;
    expect((await manager.get(place, seen(timed))).body).toMatchObject({ firstHumanResponseAt: '2026-02-04T01:00:00.000Z' });
    const early = await manager.post('/v1/contacts', { ...call, startedAt: '2026-02-01' });
    expect((await manager.get(place, seen(early))).body).toMatchObject({ firstHumanResponseAt: '2026-02-04T01:00:00.000Z' });
    const dayOnly = await manager.post('/v1/contacts', { ...call, startedAt: '2026-02-03' });
    expect((await manager.get(place, seen(dayOnly))).body).toMatchObject({ firstHumanResponseAt: null });
  });
});

describe('a follow-up over HTTP', () => {
  test('is scheduled and completed', async () => {
    const client = await manager.post('/v1/clients', aClient());
    const due = { clientId: client.body['id'], dueAt: '2033-12-30T10:00:00+08:00', purpose: 'callBack' };
    const scheduled = await manager.post('/v1/follow-ups', due);
    expect(scheduled).toMatchObject({ status: 201, body: { events: ['FollowUpScheduled'] } });
    const completed = await manager.post(`/v1/follow-ups/${String(scheduled.body['id'])}/complete`, { note: 'done' }, { version: 1 });
    expect(completed).toMatchObject({ status: 200, body: { events: ['FollowUpCompleted'] } });
    const read = await manager.get(String(scheduled.headers.get('location')), seen(completed));
    expect(read).toMatchObject({ status: 200, body: { version: 2, status: 'completed', completed: { note: 'done' } } });
  });
});

test('a contact is read where its Location says, as it was last amended', async () => {
  const client = await manager.post('/v1/clients', aClient());
  const complaint = await manager.post('/v1/complaints', aComplaint(client.body['id']));
  const call = { channel: 'letter', direction: 'inbound', automated: false, startedAt: '2026-03-11', summary: 'asked' };
  const logged = await manager.post('/v1/contacts', { clientId: client.body['id'], ...call });
  const place = String(logged.headers.get('location'));
  await manager.post(`${place}/amend`, { channel: 'fax' }, { version: 1 });
  const linked = await manager.post(`${place}/link`, { complaintId: complaint.body['id'] }, { version: 2 });
  expect(await manager.get(place, seen(linked))).toMatchObject({
    status: 200,
    body: { version: 3, channel: 'fax', summary: 'asked', startedAt: { precision: 'day' }, links: [{ id: complaint.body['id'] }] },
  });
  expect((await (await under.as('relationshipManager', 'bj-01')).get(place)).status).toBe(404);
});

test('freshness says in positions and in words how far every read model is', async () => {
  const written = await manager.post('/v1/clients', aClient());
  await manager.get('/v1/clients', seen(written));
  const { body } = await (await under.as('admin')).get('/v1/freshness');
  expect(body['logEnd']).toBeGreaterThanOrEqual(written.body['position'] as number);
  expect((body['models'] as { model: string; says: object }[]).map(({ model }) => model)).toEqual(
    expect.arrayContaining(['clientFiles', 'timeline']),
  );
});
