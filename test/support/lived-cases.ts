import { calendarStream, type ServicePromise } from '#service-levels';
import { aClient, aComplaint, aRequest, type ApiUnderTest, type Caller } from './api.js';
import { ALWAYS, publishRules, say } from './commitments.js';
import { act, request } from './timekeeping.js';

const MINUTE_MS = 60_000;
const resolution = (
  id: string,
  minutes: number,
  appliesTo: ServicePromise['appliesTo'],
  more: Partial<ServicePromise> = {},
): ServicePromise => ({
  id,
  metric: 'resolution',
  calendar: 'DESK',
  target: { kind: 'businessMinutes', minutes },
  appliesTo,
  pausable: true,
  tierMode: 'favourable_only',
  minRemainingMinutes: 30,
  warnings: [50, 80],
  reopenFloorMinutes: 60,
  ...more,
});
const other = (tier: string) => ({ process: ['other'], tier: [tier] });
export const LIVED_PROMISES: ServicePromise[] = [
  { id: 'first', metric: 'firstResponse', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 60 } },
  {
    id: 'news',
    metric: 'update',
    calendar: 'DESK',
    recurring: true,
    target: { kind: 'businessMinutes', minutes: 390 },
    appliesTo: { process: ['trading'] },
  },
  resolution('trading', 240, { process: ['trading'] }, { escalations: [{ afterMinutes: 60, toRole: 'branch-manager' }] }),
  resolution('other-standard', 10_000, other('STANDARD'), { calendar: 'ALWAYS' }),
  resolution('other-diamond', 600, other('DIAMOND'), { calendar: 'ALWAYS' }),
  {
    id: 'in-days',
    metric: 'resolution',
    calendar: 'DESK',
    target: { kind: 'calendarDays', days: 15 },
    appliesTo: { process: ['settlement'] },
  },
  {
    id: 'check',
    metric: 'step',
    step: 'check',
    calendar: 'DESK',
    target: { kind: 'businessDays', days: 2 },
    appliesTo: { process: ['accountOpening'] },
  },
  {
    id: 'final',
    metric: 'resolution',
    class: 'regulatory',
    calendar: 'DESK',
    target: { kind: 'calendarDays', days: 60 },
    appliesTo: { process: ['complaint'] },
  },
];

export interface Lived {
  clientId: string;
  tradedId: string;
  runningId: string;
  waitingId: string;
  inDaysId: string;
  complaintId: string;
}

/** Cases with every kind of clock, lived through over HTTP with the timekeeper beside: kept, missed, paused, recomputed, reopened, corrected. */
export async function liveThrough(under: ApiUnderTest): Promise<Lived> {
  await publishRules(under, LIVED_PROMISES);
  const manager = await under.as('branchManager');
  const second = await under.as('branchManager', undefined, 'another.manager');
  const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
  const tier = `/v1/clients/${clientId}/tier`;
  await done(manager, `${tier}/initialise`, { tier: 'STANDARD', effectiveFrom: '2026-01-01', basis: 'x' }, 0);

  const nowMs = Date.now();
  const ago = (minutes: number): string => new Date(nowMs - minutes * MINUTE_MS).toISOString();
  const runningId = await received(manager, aRequest(clientId, { process: 'other', receivedAt: ago(100) }));
  const waitingId = await received(manager, aRequest(clientId, { process: 'other', receivedAt: ago(100) }));
  await imported(under, request(clientId, waitingId), [
    actOf('RequestStarted', ago(90)),
    actOf('ClientInputRequested', ago(80), { question: '请补充材料', channel: 'phone' }),
  ]);
  const inDaysId = await received(manager, aRequest(clientId, { process: 'settlement', receivedAt: ago(3 * 1440) }));
  const cancelledId = await received(manager, aRequest(clientId, { process: 'other', receivedAt: ago(100) }));
  await under.settled(); // all of these run by now
  await acts(manager, cancelledId, [['cancel', { reason: 'other' }]]);

  const revised = { name: 'ALWAYS', calendarVersion: 2, effectiveFrom: '2000-01-01', sourceNotice: 'another' };
  const closed = new Date(Date.now() + 3 * 1440 * MINUTE_MS).toISOString().slice(0, 10);
  await say(under, calendarStream('ALWAYS'), [
    { type: 'CalendarRevised', data: { ...revised, calendar: { ...ALWAYS, closed: [closed] } } },
  ]);
  await under.settled();
  await changeTier(manager, second, tier);
  await under.settled();
  const extended = await commitmentsOf(manager, inDaysId, under, 'in-days');
  const officer = await under.as('complianceOfficer');
  await done(
    officer,
    `/v1/commitments/${extended}/extend`,
    { days: 30, reason: '等待清算机构' },
    await under.store.streamVersion(extended),
  );

  const at = (day: number, time: string): string => `2026-03-${day}T${time}:00+08:00`;
  const tradedId = await received(manager, aRequest(clientId, { process: 'trading' }));
  await imported(under, request(clientId, tradedId), [
    actOf('RequestStarted', at(11, '10:30')),
    actOf('ClientInputRequested', at(11, '11:00'), { question: '请确认价格', channel: 'phone' }),
    actOf('ClientInputReceived', at(11, '14:00')),
    actOf('RequestCompleted', at(11, '15:30')),
    actOf('RequestReopened', at(12, '09:30'), { cycle: 2, reason: 'other' }),
    actOf('RequestStarted', at(12, '09:40'), { cycle: 2 }),
    actOf('RequestCompleted', at(13, '16:00'), { cycle: 2 }),
  ]);
  const breached = await received(manager, aRequest(clientId, { process: 'trading' }));
  await under.settled(); // missed, until the gateway's record below
  const gateway = await under.as('integrationClient');
  await gateway.post('/v1/contacts', {
    clientId,
    requestId: breached,
    channel: 'phone',
    direction: 'outbound',
    automated: false,
    startedAt: at(11, '10:20'),
  });
  const steps = await received(manager, aRequest(clientId));
  await imported(under, request(clientId, steps), [
    actOf('RequestStarted', at(11, '11:00')),
    actOf('RequestStepStarted', at(11, '11:00'), { step: 'check' }),
    actOf('RequestStepCompleted', at(13, '16:59'), { step: 'check' }),
    actOf('RequestCancelled', at(16, '10:00'), { reason: 'other' }),
  ]);
  const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
  const complaintId = String(complaint.body['id']);
  await done(manager, `/v1/complaints/${complaintId}/acknowledge`, { occurredAt: at(12, '09:00') }, 1);
  await under.settled();
  return { clientId, tradedId, runningId, waitingId, inDaysId, complaintId };
}

/** What a system of record states of a case that is over: it counts at once, however late it is recorded. */
const imported = say;
const actOf = (type: string, at: string, more: object = {}) => act(type, new Date(at).toISOString(), more);

async function changeTier(manager: Caller, second: Caller, tier: string): Promise<void> {
  const today = new Date(Date.now() + 8 * 60 * MINUTE_MS).toISOString().slice(0, 10);
  const validTo = new Date(Date.now() + 90 * 1440 * MINUTE_MS).toISOString().slice(0, 10);
  const override = { mode: 'pin', tier: 'DIAMOND', validFrom: today, validTo, justification: 'x' };
  const { overrideId } = await done(manager, `${tier}/request-override`, override, 1);
  await done(second, `${tier}/overrides/${String(overrideId)}/approve`, {}, 2);
}

async function received(manager: Caller, body: object): Promise<string> {
  const { status, body: answer } = await manager.post('/v1/requests', body);
  if (status !== 201) throw new Error(JSON.stringify(answer));
  return String(answer['id']);
}

async function acts(manager: Caller, requestId: string, list: readonly (readonly [name: string, body: object])[]): Promise<void> {
  for (const [i, [name, body]] of list.entries()) await done(manager, `/v1/requests/${requestId}/${name}`, body, i + 1);
}

async function done(caller: Caller, address: string, body: object, version: number): Promise<Record<string, unknown>> {
  const answer = await caller.post(address, body, { version });
  if (answer.status !== 200) throw new Error(`${address}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function commitmentsOf(manager: Caller, requestId: string, under: ApiUnderTest, promise: string): Promise<string> {
  await under.settled();
  const { body } = await manager.get(`/v1/requests/${requestId}/commitments`);
  return (body['items'] as { commitmentId: string; promise: string }[]).find((item) => item.promise === promise)!.commitmentId;
}
