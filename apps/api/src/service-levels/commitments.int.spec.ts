import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type ApiUnderTest,
  aClient,
  aRequest,
  BEIJING,
  type Caller,
  fieldFault,
  problem,
  startApiUnderTest,
} from '../../../../test/support/api.js';
import { publishRules } from '../../../../test/support/commitments.js';

jest.setTimeout(120_000);

const NO_SUCH = '01890000-0000-8000-8000-000000000000';
const DAY_MS = 86_400_000;

let under: ApiUnderTest;
let desk: Caller;
let manager: Caller;
let officer: Caller;
let clientId: string;
/** Of a request received long ago: a breach in business minutes. Of one received today: a promise in calendar days. */
let breach: string;
let inDays: string;
beforeAll(async () => {
  under = await startApiUnderTest({ timekeeping: true });
  [desk, manager, officer] = [await under.as('serviceDeskAgent'), await under.as('branchManager'), await under.as('complianceOfficer')];
  await publishRules(under, [
    {
      id: 'minutes',
      metric: 'resolution',
      calendar: 'DESK',
      target: { kind: 'businessMinutes', minutes: 240 },
      appliesTo: { process: ['trading'] },
    },
    {
      id: 'days',
      metric: 'resolution',
      calendar: 'DESK',
      target: { kind: 'calendarDays', days: 15 },
      appliesTo: { process: ['settlement'] },
    },
  ]);
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
  breach = await commitmentOf(aRequest(clientId, { process: 'trading' }));
  inDays = await commitmentOf(aRequest(clientId, { process: 'settlement', receivedAt: new Date(Date.now() - 2 * DAY_MS).toISOString() }));
});
afterAll(() => under.close());

/** The commitment that a request starts. */
async function commitmentOf(body: object): Promise<string> {
  const { body: answer } = await manager.post('/v1/requests', body);
  await under.settled();
  const { rows } = await under.owner.query<{ id: string }>('SELECT commitment_id AS id FROM read.commitments WHERE subject_id = $1', [
    answer['id'],
  ]);
  expect(rows).toHaveLength(1);
  return rows[0]!.id;
}
const rowOf = async (id: string) => (await under.owner.query('SELECT * FROM read.commitments WHERE commitment_id = $1', [id])).rows[0]!;
const versionOf = async (id: string): Promise<number> => under.store.streamVersion(id);
const refused = (code: string) => ({ status: 422, code, errors: undefined });
const reason = { reason: '客户出差，联系不上' };

describe('an extension', () => {
  test('moves the due date, once however often it is sent, and the read model shows it', async () => {
    const before = await rowOf(inDays);
    const place = `/v1/commitments/${inDays}/extend`;
    const version = await versionOf(inDays);
    const first = await officer.post(place, { days: 30, ...reason }, { version, key: 'extend-once' });
    expect(first).toMatchObject({ status: 200, body: { id: inDays, version: version + 1, events: ['CommitmentExtended'] } });
    expect(first.headers.get('etag')).toBe(`"${version + 1}"`);
    const again = await officer.post(place, { days: 30, ...reason }, { version, key: 'extend-once' });
    expect(again.body).toEqual(first.body);
    await under.settled();
    const after = await rowOf(inDays);
    const moved = Date.parse(String(after['due_date'])) - Date.parse(String(before['due_date']));
    expect([moved / DAY_MS, after['state']]).toEqual([30, 'running']);
    expect(String(after['details'])).not.toContain(reason.reason);
  });

  test('is refused of a target in minutes, after the due date, of what has ended and of what is not there', async () => {
    const extend = async (id: string, days = 1, caller = manager) =>
      problem(await caller.post(`/v1/commitments/${id}/extend`, { days, ...reason }, { version: await versionOf(id) }));
    expect(await extend(breach)).toEqual(refused('commitment-not-of-days'));
    const late = await commitmentOf(aRequest(clientId, { process: 'settlement' }));
    expect(await extend(late)).toEqual(refused('extension-too-late'));
    expect(await extend(NO_SUCH)).toMatchObject({ status: 404 });
    expect(await extend(clientId)).toMatchObject({ status: 404 });
    expect(await extend(inDays, 1, desk)).toMatchObject({ status: 403 });
  });
});

describe('an excuse', () => {
  test('takes two people; the breach stays a breach', async () => {
    const place = `/v1/commitments/${breach}`;
    const act = async (caller: Caller, name: string) => caller.post(`${place}/${name}`, reason, { version: await versionOf(breach) });
    expect(problem(await act(manager, 'approve-excuse'))).toEqual(refused('excuse-not-requested'));
    expect(await act(desk, 'request-excuse')).toMatchObject({ status: 200, body: { events: ['ExcuseRequested'] } });
    expect(problem(await act(desk, 'request-excuse'))).toEqual(refused('excuse-already-requested'));
    expect(problem(await act(desk, 'approve-excuse'))).toMatchObject({ status: 403 });
    expect(await act(officer, 'refuse-excuse')).toMatchObject({ status: 200, body: { events: ['ExcuseRefused'] } });
    expect(await act(manager, 'request-excuse')).toMatchObject({ status: 200 });
    expect(problem(await act(manager, 'approve-excuse'))).toEqual(refused('excused-by-themselves'));
    expect(await act(officer, 'approve-excuse')).toMatchObject({ status: 200, body: { events: ['BreachExcused'] } });
    expect(problem(await act(desk, 'request-excuse'))).toEqual(refused('already-excused'));
    await under.settled();
    expect(await rowOf(breach)).toMatchObject({ state: 'breached', excuse: 'excused' });
  });

  test('is of a breach alone', async () => {
    const asked = await desk.post(`/v1/commitments/${inDays}/request-excuse`, reason, { version: await versionOf(inDays) });
    expect(problem(asked)).toEqual(refused('commitment-not-breached'));
  });
});

describe('what is not in order changes nothing', () => {
  test.each([
    ['extend', { days: 0, reason: 'x' }, '/days', 'out-of-range'],
    ['extend', { days: 1.5, reason: 'x' }, '/days', 'wrong-type'],
    ['extend', { days: 367, reason: 'x' }, '/days', 'out-of-range'],
    ['extend', { days: 1 }, '/reason', 'missing'],
    ['request-excuse', {}, '/reason', 'missing'],
    ['approve-excuse', { reason: ' ' }, '/reason', 'too-short'],
    ['refuse-excuse', { reason: 'x'.repeat(4001) }, '/reason', 'too-long'],
    ['refuse-excuse', { reason: 'x', by: 'lin' }, '/by', 'unknown-member'],
  ])('%s with %j', async (name, body, pointer, code) => {
    const before = await under.eventCount();
    expect(problem(await officer.post(`/v1/commitments/${inDays}/${name}`, body, { version: 1 }))).toEqual(fieldFault(pointer, code));
    expect(await under.eventCount()).toBe(before);
  });

  test('a stale version, none at all, another branch, and an id that is none', async () => {
    const body = { days: 1, ...reason };
    expect(problem(await officer.post(`/v1/commitments/${inDays}/extend`, body, { version: 1 }))).toMatchObject({ status: 412 });
    expect(problem(await officer.post(`/v1/commitments/${inDays}/extend`, body))).toMatchObject({ status: 428 });
    expect(problem(await officer.post('/v1/commitments/x/extend', body, { version: 1 }))).toEqual(
      fieldFault('#/path/commitmentId', 'bad-format'),
    );
    const stranger = await under.as('branchManager', BEIJING);
    expect(problem(await stranger.post(`/v1/commitments/${inDays}/extend`, body, { version: 2 }))).toMatchObject({ status: 404 });
  });
});
