import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  aClient,
  aComplaint,
  type Answer,
  type ApiUnderTest,
  aRequest,
  BEIJING,
  type Caller,
  fieldFault,
  problem,
  SHANGHAI,
  startApiUnderTest,
} from '../../../../test/support/api.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
let clientId: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
});
afterAll(() => under.close());

const seen = (written: Answer): Record<string, string> => ({ 'rapport-min-position': String(written.body['position']) });
const on = (day: number, hour = 10) => ({ occurredAt: `2026-03-${day}T${hour}:00:00+08:00` });
const received = async (more: object = {}): Promise<{ id: string; place: string; answer: Answer }> => {
  const answer = await manager.post('/v1/requests', aRequest(clientId, more));
  const id = String(answer.body['id']);
  return { id, place: `/v1/requests/${id}`, answer };
};
const contact = (more: object) => ({ clientId, channel: 'phone', direction: 'outbound', automated: false, ...more });
const refusal = (code: string, pointer?: string) => ({
  status: 422,
  code,
  errors: pointer === undefined ? undefined : [{ pointer, code }],
});

describe('a service request over HTTP', () => {
  test('goes from its receipt through steps and a question to its completion, and comes back as the next cycle', async () => {
    const { id, place, answer } = await received({ subject: '开立融资融券账户', accountId: 'A-1' });
    expect(answer).toMatchObject({ status: 201, body: { version: 1, events: ['RequestReceived'] } });
    expect(answer.headers.get('location')).toBe(place);
    const acts: [string, object][] = [
      ['start', on(11, 11)],
      ['start-step', { step: 'document-check', ...on(11, 12) }],
      ['ask-client', { question: '请补充身份证明', channel: 'phone', ...on(11, 14) }],
      ['ask-client', { question: '请确认地址', channel: 'phone', ...on(11, 15) }],
    ];
    let version = 1;
    let last: unknown;
    for (const [act, body] of acts) {
      const done = await manager.post(`${place}/${act}`, body, { version });
      expect(done).toMatchObject({ status: 200, body: { id, version: ++version } });
      last = done.body['position'];
    }
    const waiting = await manager.get(place, { 'rapport-min-position': String(last) });
    expect(waiting.body).toMatchObject({ status: 'waitingClient', waitingSince: '2026-03-11T06:00:00.000Z' });
    const early = await manager.post(`${place}/record-client-reply`, { reply: '已寄出', channel: 'phone', ...on(11, 14) }, { version: 5 });
    expect((await manager.get(place, seen(early))).body).toMatchObject({
      version: 6,
      status: 'waitingClient',
      waitingSince: '2026-03-11T07:00:00.000Z',
      openSteps: ['document-check'],
      firstHumanResponseAt: '2026-03-11T06:00:00.000Z',
      severity: 'normal',
      receivedOn: '2026-03-11',
      received: { subject: '开立融资融券账户', accountId: 'A-1' },
    });
    await manager.post(`${place}/record-client-reply`, on(12), { version: 6 });
    await manager.post(`${place}/raise-severity`, { to: 'high', ...on(12, 11) }, { version: 7 });
    const open = await manager.post(`${place}/complete`, on(12, 12), { version: 8 });
    expect(problem(open)).toEqual(refusal('request-step-open', '/steps/document-check'));
    await manager.post(`${place}/complete-step`, { step: 'document-check', ...on(12, 13) }, { version: 8 });
    const completed = await manager.post(`${place}/complete`, { summary: '已开户', ...on(12, 14) }, { version: 9 });
    expect((await manager.get(place, seen(completed))).body).toMatchObject({
      status: 'completed',
      completedAt: '2026-03-12T06:00:00.000Z',
      waitingSince: null,
      openSteps: [],
      severity: 'high',
      completions: [{ cycle: 1, summary: '已开户' }],
      staffId: 'branchManager.sh-01',
      steps: [{ step: 'document-check', cycle: 1, completedAt: { at: '2026-03-12T05:00:00.000Z' } }],
    });
    const reopened = await manager.post(`${place}/reopen`, { reason: 'notDone', note: '客户称未开通', ...on(13) }, { version: 10 });
    expect((await manager.get(place, seen(reopened))).body).toMatchObject({
      status: 'reopened',
      cycle: 2,
      version: 11,
      completedAt: null,
      receivedAt: '2026-03-11T02:00:00.000Z',
      reopenings: [{ cycle: 2, reason: 'notDone', note: '客户称未开通' }],
    });
    const timeline = await manager.get(`${place}/timeline`, seen(reopened));
    expect((timeline.body['items'] as { type: string; requestId: string }[]).map((item) => [item.type, item.requestId])).toEqual(
      [
        'RequestReceived',
        'RequestStarted',
        'RequestStepStarted',
        'ClientInputRequested',
        'ClientInputRequested',
        'ClientInputReceived',
        'ClientInputReceived',
        'RequestSeverityRaised',
        'RequestStepCompleted',
        'RequestCompleted',
        'RequestReopened',
      ].map((type) => [type, id]),
    );
    expect(timeline.body['items']).toEqual(
      expect.arrayContaining([expect.objectContaining({ data: expect.objectContaining({ question: '请补充身份证明' }) })]),
    );
  });

  test('is cancelled with a reason, and is over then', async () => {
    const { place } = await received();
    await manager.post(`${place}/start`, on(11), { version: 1 });
    await manager.post(`${place}/start-step`, { step: 'check', ...on(11) }, { version: 2 });
    await manager.post(`${place}/start-step`, { step: 'booking', ...on(11) }, { version: 3 });
    await manager.post(`${place}/complete-step`, { step: 'check', ...on(12) }, { version: 4 });
    const cancelled = await manager.post(`${place}/cancel`, { reason: 'withdrawnByClient', note: '客户撤回' }, { version: 5 });
    expect((await manager.get(place, seen(cancelled))).body).toMatchObject({
      status: 'cancelled',
      openSteps: [],
      cancellation: { reason: 'withdrawnByClient', note: '客户撤回' },
      steps: [
        { step: 'check', completedAt: { at: '2026-03-12T02:00:00.000Z' } },
        { step: 'booking', completedAt: null },
      ],
    });
    expect(problem(await manager.post(`${place}/start`, {}, { version: 6 }))).toEqual(refusal('request-closed'));
    expect(await manager.post(`${place}/cancel`, { reason: 'other' }, { version: 6 })).toMatchObject({ status: 200, body: { events: [] } });
  });

  test('counts the contacts linked to it: the first of a person with the client is its first response', async () => {
    const { id, place } = await received();
    const mail = await manager.post('/v1/contacts', contact({ automated: true, startedAt: '2026-03-11T11:00:00+08:00', requestId: id }));
    expect(mail.body).toMatchObject({ events: ['ContactLogged', 'ContactLinked'] });
    expect((await manager.get(place, seen(mail))).body).toMatchObject({ firstHumanResponseAt: null });
    const call = await manager.post('/v1/contacts', contact({ startedAt: '2026-03-11T12:00:00+08:00' }));
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    await manager.post(`/v1/contacts/${String(call.body['id'])}/link`, { complaintId: complaint.body['id'] }, { version: 1 });
    const linked = await manager.post(`/v1/contacts/${String(call.body['id'])}/link`, { requestId: id }, { version: 2 });
    expect((await manager.get(place, seen(linked))).body).toMatchObject({ firstHumanResponseAt: '2026-03-11T04:00:00.000Z', version: 1 });
    const later = { startedAt: '2026-03-11T13:00:00+08:00' };
    const amended = await manager.post(`/v1/contacts/${String(call.body['id'])}/amend`, later, { version: 3 });
    expect((await manager.get(place, seen(amended))).body).toMatchObject({ firstHumanResponseAt: '2026-03-11T05:00:00.000Z' });
    const read = await manager.get(`/v1/contacts/${String(call.body['id'])}`, seen(amended));
    expect(read.body).toMatchObject({ links: [{ kind: 'complaint' }, { kind: 'request', id }] });
    const both = await manager.get(`/v1/complaints/${String(complaint.body['id'])}`, seen(amended));
    expect(both.body).toMatchObject({ firstHumanResponseAt: '2026-03-11T05:00:00.000Z', version: 1 });
    expect((await manager.get(`/v1/complaints/${id}/timeline`)).status).toBe(404);
    expect((await manager.get(`/v1/requests/${String(complaint.body['id'])}/timeline`)).status).toBe(404);
    const timeline = await manager.get(`${place}/timeline`, seen(amended));
    expect((timeline.body['items'] as { type: string }[]).map((item) => item.type)).toEqual([
      'RequestReceived',
      'ContactLinked',
      'ContactLinked',
      'ContactLinked',
    ]);
  });

  test('is listed by what it is, newest receipt first, in pages that neither repeat nor miss one', async () => {
    const { body } = await manager.post('/v1/clients', aClient());
    const mine: string[] = [];
    let last: Answer | undefined;
    for (let i = 1; i <= 5; i++) {
      const more = { receivedAt: `2026-04-0${i}`, process: 'settlement', severity: 'high', channel: 'letter' };
      last = await manager.post('/v1/requests', aRequest(body['id'], more));
      mine.unshift(String(last.body['id']));
    }
    const ids = (answer: Answer) => (answer.body['items'] as { requestId: string }[]).map((item) => item.requestId);
    const all = `clientId=${String(body['id'])}&status=received&process=settlement&severity=high&channel=letter`;
    const first = await manager.get(`/v1/requests?${all}&limit=3`, seen(last!));
    const second = await manager.get(`/v1/requests?${all}&limit=3&cursor=${String(first.body['next'])}`);
    expect([ids(first), ids(second), second.body['next']]).toEqual([mine.slice(0, 3), mine.slice(3), null]);
    const range = await manager.get(`/v1/requests?clientId=${String(body['id'])}&receivedFrom=2026-04-02&receivedTo=2026-04-03`);
    expect(ids(range)).toEqual(mine.slice(2, 4));
    for (const other of ['status=cancelled', 'process=trading', 'severity=low', 'channel=app']) {
      expect(ids(await manager.get(`/v1/requests?clientId=${String(body['id'])}&${other}`))).toEqual([]);
    }
  });

  test('answers a repeat with the first answer', async () => {
    const body = aRequest(clientId);
    const first = await manager.post('/v1/requests', body, { key: 'once' });
    const again = await manager.post('/v1/requests', body, { key: 'once' });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

test('the register is as fresh as its rows, whatever an older version of the read model left behind', async () => {
  const { answer } = await received();
  const left = "INSERT INTO read.checkpoints (projection, version, partition, position, fence) VALUES ('requests', 0, 0, 1, 1)";
  await under.owner.query(left);
  const { body } = await manager.get('/v1/requests', seen(answer));
  await under.owner.query('DELETE FROM read.checkpoints WHERE version = 0');
  expect(body['asOfPosition']).toBeGreaterThanOrEqual(answer.body['position'] as number);
});

describe('bad input about requests is refused, and nothing is stored', () => {
  let place: string;
  let id: string;
  beforeAll(async () => ({ place, id } = await received()));

  test.each([
    [{ process: 'complaint' }, '/process', 'not-allowed'],
    [{ severity: 'urgent' }, '/severity', 'not-allowed'],
    [{ channel: undefined }, '/channel', 'missing'],
    [{ receivedAt: '2026-02-30' }, '/receivedAt', 'bad-format'],
    [{ receivedAt: 5 }, '/receivedAt', 'wrong-type'],
    [{ subject: ' ' }, '/subject', 'too-short'],
    [{ subject: 'x'.repeat(501) }, '/subject', 'too-long'],
    [{ priority: 'high' }, '/priority', 'unknown-member'],
    [{ clientId: 'x' }, '/clientId', 'bad-format'],
  ])('received with %j', async (more, pointer, code) => {
    const before = await under.eventCount();
    expect(problem(await manager.post('/v1/requests', aRequest(clientId, more)))).toEqual(fieldFault(pointer, code));
    expect(await under.eventCount()).toBe(before);
  });

  test.each([
    ['start-step', {}, '/step', 'missing'],
    ['start-step', { step: 'document check' }, '/step', 'bad-format'],
    ['start-step', { step: 'x'.repeat(65) }, '/step', 'bad-format'],
    ['ask-client', { channel: 'phone' }, '/question', 'missing'],
    ['cancel', {}, '/reason', 'missing'],
    ['reopen', { reason: 'because' }, '/reason', 'not-allowed'],
    ['raise-severity', { to: 'extreme' }, '/to', 'not-allowed'],
    ['complete', { occurredAt: '2026-03-11T25:00:00Z' }, '/occurredAt', 'bad-format'],
  ])('%s with %j', async (act, body, pointer, code) => {
    expect(problem(await manager.post(`${place}/${act}`, body, { version: 1 }))).toEqual(fieldFault(pointer, code));
  });

  test('acts to come, before the receipt, out of order or on what is not there', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000 * 2).toISOString();
    const act = async (name: string, body: object, version = 1) => problem(await manager.post(`${place}/${name}`, body, { version }));
    expect(problem(await manager.post('/v1/requests', aRequest(clientId, { receivedAt: tomorrow })))).toEqual(
      refusal('act-in-the-future', '/receivedAt'),
    );
    expect(await act('start', { occurredAt: tomorrow })).toEqual(refusal('act-in-the-future', '/occurredAt'));
    expect(await act('start', on(10))).toEqual(refusal('act-before-request', '/occurredAt'));
    expect(await act('complete', {})).toEqual(refusal('request-not-started'));
    expect(await act('record-client-reply', {})).toEqual(refusal('no-question-open'));
    expect(await act('reopen', { reason: 'other' })).toEqual(refusal('request-not-completed'));
    expect(await act('raise-severity', { to: 'low' })).toEqual(refusal('severity-lowering-refused', '/to'));
    expect(await act('start', {}, 2)).toMatchObject({ status: 412 });
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    for (const other of [String(complaint.body['id']), '01890000-0000-7000-8000-000000000000']) {
      expect(problem(await manager.post(`/v1/requests/${other}/start`, {}, { version: 1 }))).toMatchObject({ status: 404 });
      expect((await manager.get(`/v1/requests/${other}`)).status).toBe(404);
      expect((await manager.get(`/v1/requests/${other}/timeline`)).status).toBe(404);
    }
    expect(problem(await manager.get('/v1/requests?status=closed'))).toEqual(fieldFault('#/query/status', 'not-allowed'));
  });

  test('a contact linked to a request of another client, to none, to two things, or to a complaint’s id', async () => {
    const started = { startedAt: '2026-03-11T11:00:00+08:00' };
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const complaintId = String(complaint.body['id']);
    const other = await manager.post('/v1/clients', aClient());
    const log = async (more: object) => problem(await manager.post('/v1/contacts', contact({ ...started, ...more })));
    expect(await log({ clientId: other.body['id'], requestId: id })).toEqual(refusal('linked-client-differs', '/requestId'));
    expect(await log({ requestId: complaintId })).toMatchObject({ status: 404 });
    expect(await log({ complaintId: id })).toMatchObject({ status: 404 });
    expect(await log({ requestId: id, complaintId })).toMatchObject({ status: 422, code: 'link-target-unclear' });
    const logged = await manager.post('/v1/contacts', contact(started));
    const at = `/v1/contacts/${String(logged.body['id'])}/link`;
    expect(problem(await manager.post(at, {}, { version: 1 }))).toEqual(refusal('link-target-unclear'));
    expect(problem(await manager.post(at, { requestId: id, complaintId }, { version: 1 }))).toMatchObject({ code: 'link-target-unclear' });
  });

  test('from another branch there is no such request', async () => {
    const stranger = await under.as('branchManager', BEIJING);
    expect((await stranger.get(place)).status).toBe(404);
    expect((await stranger.get(`${place}/timeline`)).status).toBe(404);
    expect(problem(await stranger.post(`${place}/start`, {}, { version: 1 }))).toMatchObject({ status: 404 });
    expect((await stranger.get(`/v1/requests?clientId=${clientId}`)).body).toMatchObject({ items: [] });
    const integration = await under.as('integrationClient', SHANGHAI);
    const taken = await integration.post('/v1/requests', aRequest(clientId));
    expect(taken.status).toBe(201);
    expect((await manager.get(`/v1/requests/${String(taken.body['id'])}`, seen(taken))).body).toMatchObject({ staffId: null });
  });
});
