import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { toLocalDate } from '#event-sourcing';
import { HEAD_OFFICE, type Home } from '../../ops/src/index.js';
import { people, type Tokens } from './people.js';
import { ServiceWalk } from './service-walk.js';
import { ValueWalk } from './value-walk.js';
import { Walker } from './walker.js';

/** The client and the complaint that the printed commands show. */
export interface Walked {
  clientId: string;
  complaintId: string;
  /** The one whose deadline a tier change and a calendar revision have moved. */
  requestId: string;
}

/** Kept between runs, so that a run that was interrupted goes on with the very same requests. */
interface WalkNote {
  run: string;
  startedAt: string;
  walked?: Walked;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * One client of the firm through the API, as its users would: registered, known, called, given a tier and an override,
 * complaining, answered, handed over. Every request has a key of its own, so a repeat changes nothing.
 */
export async function walkOneClient(apiUrl: string, tokens: Tokens, home: Home, firmZone: string): Promise<Walked> {
  const file = home.place('walkthrough.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as WalkNote) : undefined;
  if (known?.walked) return known.walked;
  const note: WalkNote = known ?? { run: randomUUID(), startedAt: new Date().toISOString() };
  writeFileSync(file, JSON.stringify(note));
  const walked = await walk(new Walker(apiUrl, tokens, note.run), Date.parse(note.startedAt), firmZone);
  writeFileSync(file, JSON.stringify({ ...note, walked }));
  return walked;
}

async function walk(as: Walker, startMs: number, firmZone: string): Promise<Walked> {
  const at = (daysAgo: number, minutes = 0): string =>
    new Date(startMs - daysAgo * DAY_MS - 120 * MINUTE_MS + minutes * MINUTE_MS).toISOString();
  const date = (daysAhead: number): string => toLocalDate(new Date(startMs + daysAhead * DAY_MS).toISOString(), firmZone);
  const manager = people.relationshipManager;
  const account = `A-${as.run.slice(0, 8)}`; // of this walk alone: an account has one owner

  const client = await as.post('relationshipManager', '/v1/clients', {
    clientNo: `DEMO-${as.run.slice(0, 8)}`,
    party: 'person',
    branchId: HEAD_OFFICE,
    acquisitionSource: 'referral',
    identity: { name: '王芳', idNumber: '310101198405170021', birthDate: '1984-05-17' },
    reachableAt: [{ channel: 'phone', address: '+86 21 5555 0100' }],
    occurredAt: at(30),
  });
  const clientPath = `/v1/clients/${client.id}`;
  const needs = { goals: 'Education of two children', horizonMonths: 120, liquidity: 'medium', instruments: ['fund', 'bond'] };
  const known = await as.post('relationshipManager', `${clientPath}/record-needs`, { ...needs, occurredAt: at(30, 10) }, client.version);
  const risk = { riskPreference: 'balanced', occurredAt: at(30, 12) };
  const risky = await as.post('relationshipManager', `${clientPath}/record-risk-preference`, risk, known.version);
  await as.post(
    'relationshipManager',
    `${clientPath}/link-account`,
    { accountId: account, role: 'owner', occurredAt: at(29) },
    risky.version,
  );
  const assigned = await as.post(
    'branchManager',
    `${clientPath}/assignments/assign`,
    { staffId: manager, role: 'manager', primary: true, from: date(-29) },
    0,
  );

  const call = { channel: 'phone', direction: 'outbound', automated: false, startedAt: at(28), durationSec: 640 };
  const contact = await as.post('relationshipManager', '/v1/contacts', {
    clientId: client.id,
    ...call,
    process: 'advice',
    summary: 'Talked about bond funds.',
  });
  const due = { dueAt: new Date(startMs + 7 * DAY_MS).toISOString(), purpose: 'sendDocument' };
  await as.post('relationshipManager', '/v1/follow-ups', { clientId: client.id, contactId: contact.id, ...due });

  const initial = { tier: 'SILVER', effectiveFrom: date(-29), basis: 'opening-assets' };
  const tier = await as.post('relationshipManager', `${clientPath}/tier/initialise`, initial, 0);
  const value = new ValueWalk(as, client.id, account, startMs, firmZone);
  await value.holdings();
  const services = new ServiceWalk(as, client.id, Date.parse(at(0)) + 120 * MINUTE_MS, firmZone);
  const requestId = await services.beforeTheTierChange();
  const wish = { mode: 'floor', tier: 'GOLD', validFrom: date(0), validTo: date(90), justification: 'Family relation is DIAMOND.' };
  const asked = await as.post('relationshipManager', `${clientPath}/tier/request-override`, wish, tier.version);
  await as.post('branchManager', `${clientPath}/tier/overrides/${asked.overrideId}/approve`, {}, asked.version);

  const complaint = await as.post('serviceDeskAgent', '/v1/complaints', {
    clientId: client.id,
    receivedAt: at(5),
    channel: 'phone',
    provisionalSeverity: 'normal',
    accountId: account,
    subject: { product: 'fund', problem: 'execution' },
    allegation: 'The subscription of 3 March was executed a day late.',
    disputedAmount: { amountMinor: 12_500, currency: 'CNY' },
  });
  const complaintPath = `/v1/complaints/${complaint.id}`;
  const acknowledged = await as.post(
    'serviceDeskAgent',
    `${complaintPath}/acknowledge`,
    { automated: true, channel: 'app', occurredAt: at(5, 1) },
    complaint.version,
  );
  const reply = { ...call, startedAt: at(5, 95), durationSec: 300, process: 'complaint', summary: 'Asked for the order number.' };
  // the telephony gateway's own record of the call
  await as.post('integrationClient', '/v1/contacts', { clientId: client.id, ...reply, complaintId: complaint.id });
  const response = {
    resolution: 'monetaryRelief',
    outcome: 'upheld',
    relief: { amountMinor: 12_500, currency: 'CNY' },
    summary: 'We refund the difference.',
  };
  const answered = await as.post(
    'complianceOfficer',
    `${complaintPath}/send-final-response`,
    { ...response, occurredAt: at(2) },
    acknowledged.version,
  );
  const accepted = await as.post('serviceDeskAgent', `${complaintPath}/record-acceptance`, { occurredAt: at(1) }, answered.version);
  await as.post('complianceOfficer', `${complaintPath}/close`, { occurredAt: at(1, 30) }, accepted.version);

  await value.outflow();
  await value.suitability();
  await services.afterTheTierChange();
  const handOver = { from: manager, to: 'ruo.manager', on: date(14) };
  await as.post('branchManager', `${clientPath}/assignments/hand-over`, handOver, assigned.version);
  return { clientId: client.id, complaintId: complaint.id, requestId };
}
