import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ApiUnderTest, aClient, aRequest, type Caller, problem, startApiUnderTest } from '../../../../test/support/api.js';
import type { Answer } from '../../../../test/support/caller.js';
import { publishRules } from '../../../../test/support/commitments.js';

jest.setTimeout(120_000);

const CASE_02 = '2026-03-02'; // a Monday long ago: whatever is stated of it is written down late
const at = (time: string, date = CASE_02): string => `${date}T${time}:00+08:00`;
const document = { kind: 'letter', reference: 'register of letters, 2026/311', sha256: 'a'.repeat(64) };

let under: ApiUnderTest;
let desk: Caller;
let manager: Caller;
let officer: Caller;
let gateway: Caller;
let clientId: string;
beforeAll(async () => {
  under = await startApiUnderTest({ timekeeping: true });
  [desk, manager] = [await under.as('serviceDeskAgent'), await under.as('branchManager')];
  [officer, gateway] = [await under.as('complianceOfficer'), await under.as('integrationClient')];
  const minutes = { kind: 'businessMinutes' as const, minutes: 60 };
  await publishRules(under, [
    { id: 'first-response', metric: 'firstResponse', calendar: 'DESK', target: minutes },
    { id: 'resolution', metric: 'resolution', calendar: 'DESK', target: minutes, pausable: true },
    { id: 'acknowledgement', metric: 'acknowledgement', calendar: 'DESK', target: { kind: 'businessDays', days: 1 } },
  ]);
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
});
afterAll(() => under.close());

async function received(receivedAt = at('09:00'), more: object = {}): Promise<string> {
  const answer = await desk.post('/v1/requests', aRequest(clientId, { process: 'trading', channel: 'letter', receivedAt, ...more }));
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
}
async function act(caller: Caller, requestId: string, name: string, body: object): Promise<Answer> {
  return caller.post(`/v1/requests/${requestId}/${name}`, body, { version: await under.store.streamVersion(requestId) });
}
type Item = Record<string, unknown> & { commitmentId: string; lateEvidence: { evidence: string; status: string }[] };
async function items(address: string): Promise<Item[]> {
  await under.settled();
  return (await officer.get(`${address}${address.includes('?') ? '&' : '?'}limit=200`)).body['items'] as Item[];
}
const commitmentOf = async (requestId: string, promise: string): Promise<Item> =>
  (await items(`/v1/requests/${requestId}/commitments`)).find((one) => one['promise'] === promise)!;
const decide = async (caller: Caller, { commitmentId }: Item, name: 'confirm' | 'refuse', body: object): Promise<Answer> =>
  caller.post(`/v1/commitments/${commitmentId}/${name}-late-evidence`, body, { version: await under.store.streamVersion(commitmentId) });

describe('what somebody states after the deadline', () => {
  let requestId: string;
  let commitment: Item;
  beforeAll(async () => {
    requestId = await received();
    await act(desk, requestId, 'start', { occurredAt: at('09:05') });
    await act(desk, requestId, 'complete', { occurredAt: at('09:30') });
    commitment = await commitmentOf(requestId, 'resolution');
  });

  test('leaves the breach, and stands in the list of what waits', async () => {
    expect(commitment).toMatchObject({ state: 'completedLate', lateEvidenceStatus: 'waiting', keptByLateEvidence: false });
    const waiting = (await items('/v1/service-levels/late-evidence')).find(({ commitmentId }) => commitmentId === commitment.commitmentId);
    expect(waiting!.lateEvidence).toMatchObject([
      { fact: 'completed', statedAt: new Date(at('09:30')).toISOString(), statedBy: 'serviceDeskAgent.sh-01', status: 'waiting' },
    ]);
    const why = await officer.get(`/v1/commitments/${commitment.commitmentId}/why`);
    expect(JSON.stringify(why.body['why'])).toContain('the breach stands until a second person confirms it');
  });

  test('is confirmed by a second person alone, with its document', async () => {
    expect(problem(await decide(desk, commitment, 'confirm', document))).toMatchObject({ status: 403 });
    const { sha256: _, ...without } = document;
    expect(problem(await decide(manager, commitment, 'confirm', without))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/sha256', code: 'missing' }],
    });
    const other = { ...document, evidence: '01890000-0000-7000-8000-000000000000' };
    expect(problem(await decide(manager, commitment, 'confirm', other))).toMatchObject({ status: 422, code: 'late-evidence-not-waiting' });
    expect(await decide(manager, commitment, 'confirm', document)).toMatchObject({
      status: 200,
      body: { events: ['LateEvidenceConfirmed'] },
    });
    const after = await commitmentOf(requestId, 'resolution');
    expect(after).toMatchObject({ state: 'met', corrected: true, lateEvidenceStatus: 'confirmed', keptByLateEvidence: true });
    const whole = await officer.get(`/v1/commitments/${commitment.commitmentId}`);
    expect(whole.body['corrections']).toMatchObject([{ kind: 'lateEvidence', was: { state: 'completedLate' }, is: { state: 'met' } }]);
    expect(JSON.stringify(whole.body['acts'])).toContain('register of letters, 2026/311');
    expect((await items('/v1/service-levels/late-evidence')).map(({ commitmentId }) => commitmentId)).not.toContain(
      commitment.commitmentId,
    );
  });
});

test('who stated it does not confirm it, and a refusal leaves the breach', async () => {
  const requestId = await received();
  await act(manager, requestId, 'start', { occurredAt: at('09:05') });
  await act(manager, requestId, 'complete', { occurredAt: at('09:30') });
  const commitment = await commitmentOf(requestId, 'resolution');
  expect(problem(await decide(manager, commitment, 'confirm', document))).toMatchObject({
    status: 422,
    code: 'late-evidence-by-themselves',
  });
  const shouted = await under.as('branchManager', undefined, 'BRANCHMANAGER.SH-01');
  expect(problem(await decide(shouted, commitment, 'confirm', document))).toMatchObject({ code: 'late-evidence-by-themselves' });
  expect(problem(await decide(manager, commitment, 'refuse', { reason: '无凭证' }))).toMatchObject({ code: 'late-evidence-by-themselves' });
  expect((await decide(officer, commitment, 'refuse', { reason: '无凭证' })).status).toBe(200);
  expect(await commitmentOf(requestId, 'resolution')).toMatchObject({ state: 'completedLate', lateEvidenceStatus: 'refused' });
  expect(problem(await decide(officer, commitment, 'confirm', document))).toMatchObject({ code: 'late-evidence-not-waiting' });
});

describe('nobody alone undoes a breach', () => {
  test.each<[string, (requestId: string) => Promise<Answer>, string]>([
    [
      'by a cancellation dated before it',
      (id) => act(desk, id, 'cancel', { reason: 'withdrawnByClient', occurredAt: at('09:10') }),
      'breached',
    ],
    [
      'by a question dated before it',
      async (id) => {
        await act(desk, id, 'start', { occurredAt: at('09:05') });
        return act(desk, id, 'ask-client', { question: '请补充身份证明', channel: 'letter', occurredAt: at('09:10') });
      },
      'breached',
    ],
    [
      'by a contact dated before it',
      (id) =>
        desk.post('/v1/contacts', {
          clientId,
          requestId: id,
          channel: 'phone',
          direction: 'outbound',
          automated: false,
          startedAt: at('09:10'),
        }),
      'completedLate',
    ],
  ])('%s', async (_what, late, state) => {
    const requestId = await received();
    expect((await late(requestId)).status).toBeLessThan(300);
    const metric = state === 'breached' ? 'resolution' : 'first-response';
    expect(await commitmentOf(requestId, metric)).toMatchObject({ state, lateEvidenceStatus: 'waiting' });
  });

  test('a contact that is confirmed counts for every promise it keeps', async () => {
    const requestId = await received();
    await desk.post('/v1/contacts', {
      clientId,
      requestId,
      channel: 'phone',
      direction: 'outbound',
      automated: false,
      startedAt: at('09:10'),
    });
    const [first, other] = [await commitmentOf(requestId, 'first-response'), await commitmentOf(requestId, 'acknowledgement')];
    expect([first['state'], other['state']]).toEqual(['completedLate', 'completedLate']);
    await decide(officer, first, 'confirm', { ...document, kind: 'callRecording' });
    for (const promise of ['first-response', 'acknowledgement'])
      expect(await commitmentOf(requestId, promise)).toMatchObject({ state: 'met', lateEvidenceStatus: 'confirmed' });
  });

  test('what a system of record states counts at once, and is counted apart', async () => {
    const requestId = await received();
    const told = await gateway.post('/v1/contacts', {
      clientId,
      requestId,
      channel: 'phone',
      direction: 'outbound',
      automated: false,
      startedAt: at('09:10'),
    });
    expect(told.status).toBe(201);
    expect(await commitmentOf(requestId, 'first-response')).toMatchObject({
      state: 'met',
      keptByLateEvidence: true,
      lateEvidenceStatus: 'none',
    });
  });
});

describe('what is known by its day', () => {
  const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

  test('asks for the time where the channel knows it', async () => {
    const refusal = (pointer: string) => ({ status: 422, code: 'time-required', errors: [{ pointer, code: 'time-required' }] });
    const request = { process: 'trading', channel: 'phone', receivedAt: CASE_02 };
    expect(problem(await desk.post('/v1/requests', aRequest(clientId, request)))).toMatchObject(refusal('/receivedAt'));
    const contact = { clientId, channel: 'weChat', direction: 'outbound', automated: false, startedAt: today() };
    expect(problem(await desk.post('/v1/contacts', contact))).toMatchObject(refusal('/startedAt'));
    const complaint = { clientId, channel: 'counter', subject: { product: 'Fund' }, receivedAt: CASE_02 };
    expect(problem(await desk.post('/v1/complaints', complaint))).toMatchObject(refusal('/receivedAt'));
    const logged = await desk.post('/v1/contacts', { ...contact, startedAt: at('09:00') });
    const amended = await desk.post(`/v1/contacts/${String(logged.body['id'])}/amend`, { startedAt: CASE_02 }, { version: 1 });
    expect(problem(amended)).toMatchObject({ status: 422, code: 'contact-time-required' });
    expect((await desk.post('/v1/contacts', { ...contact, channel: 'fax' })).status).toBe(201);
  });

  test('starts the clocks of a letter at the beginning of its day', async () => {
    const requestId = await received(CASE_02);
    const startedAt = new Date(at('00:00')).toISOString();
    expect(await commitmentOf(requestId, 'resolution')).toMatchObject({ state: 'breached', startedAt, startKnownBy: 'day' });
  });

  test('keeps a promise of today that is stopped today, the date alone being stated', async () => {
    const complaint = await desk.post('/v1/complaints', {
      clientId,
      channel: 'letter',
      subject: { product: 'Fund' },
      receivedAt: new Date().toISOString(),
    });
    const id = String(complaint.body['id']);
    expect((await desk.post(`/v1/complaints/${id}/acknowledge`, { channel: 'letter', occurredAt: today() }, { version: 1 })).status).toBe(
      200,
    );
    const [, commitment] = await Promise.all([
      under.settled(),
      items(`/v1/complaints/${id}/commitments`).then((all) => all.find((one) => one['promise'] === 'acknowledgement')),
    ]);
    expect(commitment).toMatchObject({ state: 'met', stoppedOn: today() });
  });

  test('waits for no answer to a question without words, or that reached nobody', async () => {
    const requestId = await received(new Date().toISOString());
    await act(desk, requestId, 'start', {});
    expect(problem(await act(desk, requestId, 'ask-client', { question: '.', channel: 'phone' }))).toMatchObject({
      code: 'question-without-words',
    });
    expect(problem(await act(desk, requestId, 'ask-client', { question: '何时?', channel: 'unknown' }))).toMatchObject({ status: 400 });
  });
});

test('the figures beside the percentage have each its list', async () => {
  const { body } = await officer.get('/v1/service-levels/compliance');
  const [cell] = body['items'] as (Record<string, number> & { drillDown: Record<string, string> })[];
  for (const figure of ['keptByLateEvidence', 'startKnownByDay', 'cancelledAfterBreach', 'notMeasured', 'excused']) {
    const listed = await items(cell!.drillDown[figure]!);
    expect([figure, listed.length]).toEqual([figure, cell![figure]]);
  }
  expect(cell).toMatchObject({ keptByLateEvidence: expect.any(Number), cancelledAfterBreach: expect.any(Number) });
  expect(cell!['keptByLateEvidence']).toBeGreaterThan(2);
  expect(cell!['startKnownByDay']).toBeGreaterThan(0);
  expect(cell!['cancelledAfterBreach']).toBeGreaterThan(0);
});
