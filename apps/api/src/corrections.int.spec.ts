import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sampleTierRules } from '#tiers';
import {
  aClient,
  aComplaint,
  aRequest,
  type ApiUnderTest,
  type Caller,
  fieldFault,
  problem,
  startApiUnderTest,
} from '../../../test/support/api.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
});
afterAll(() => under.close());

const newClient = async (): Promise<string> => `/v1/clients/${String((await manager.post('/v1/clients', aClient())).body['id'])}`;
const refused = async (address: string, body: object, version: number) => problem(await manager.post(address, body, { version }));
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

test('a client that was closed by mistake is opened again, and none is closed before it was registered', async () => {
  const client = await newClient();
  expect(await refused(`${client}/close`, { occurredAt: '1970-01-01T00:00:00Z' }, 1)).toMatchObject({
    status: 422,
    code: 'client-closed-before-registered',
  });
  await manager.post(`${client}/close`, {}, { version: 1 });
  await under.settled();
  expect((await manager.get(client)).body).toMatchObject({ status: 'closed' });
  expect(await refused(`${client}/record-needs`, { goals: 'x' }, 2)).toMatchObject({ code: 'client-closed' });
  const reopened = await manager.post(`${client}/reopen`, { reason: 'meant for another client' }, { version: 2 });
  expect(reopened.body).toMatchObject({ version: 3, events: ['ClientReopened'] });
  await under.settled();
  const { body } = await manager.get(client);
  expect(body).toMatchObject({ status: 'prospect' });
  expect(body['closedAt'] ?? null).toBeNull();
  expect((await manager.post(`${client}/record-needs`, { goals: 'x' }, { version: 3 })).status).toBe(200);
});

test('a first tier too far ahead is refused, and one that was wrong is corrected', async () => {
  const client = await newClient();
  const first = { tier: 'SILVER', effectiveFrom: '2062-01-01', basis: 'opening' };
  expect(await refused(`${client}/tier/initialise`, first, 0)).toEqual(fieldFault('/effectiveFrom', 'out-of-range'));
  await manager.post(`${client}/tier/initialise`, { ...first, effectiveFrom: '2026-06-01' }, { version: 0 });
  const right = { tier: 'GOLD', effectiveFrom: '2026-03-01', basis: 'opening' };
  expect((await manager.post(`${client}/tier/correct-initial`, right, { version: 1 })).body).toMatchObject({ events: ['TierInitialised'] });
  await under.settled();
  for (const day of ['2026-03-01', '2026-06-01', '2026-11-01']) {
    expect((await manager.get(`${client}/tier-history?validDate=${day}`)).body).toMatchObject({ inForce: { tier: 'GOLD' } });
  }
  expect(await refused(`${client}/tier/correct-initial`, { ...right, effectiveFrom: '2026-04-01' }, 2)).toMatchObject({
    code: 'initial-tier-later',
  });
});

test('dates of one thing are in order', async () => {
  const client = await newClient();
  const clientId = client.split('/').at(-1);
  await manager.post(
    `${client}/assignments/assign`,
    { staffId: 'amy', role: 'manager', primary: true, from: '2026-02-01' },
    { version: 0 },
  );
  expect(await refused(`${client}/assignments/end`, { staffId: 'amy', to: '1900-01-01' }, 1)).toMatchObject({
    code: 'assignment-ends-before-it-begins',
  });
  expect(await refused(`${client}/assignments/hand-over`, { from: 'amy', to: 'bob', on: '2026-01-31', openItems: [] }, 1)).toMatchObject({
    code: 'not-assigned',
  });
  const due = { clientId, dueAt: inHours(24), purpose: 'callBack' };
  const followUp = `/v1/follow-ups/${String((await manager.post('/v1/follow-ups', due)).body['id'])}`;
  expect(await refused(`${followUp}/complete`, { completedAt: '1970-01-01T00:00:00Z' }, 1)).toMatchObject({
    code: 'follow-up-completed-before-scheduled',
  });
  const link = { accountId: 'DATES-1', role: 'owner', opened: inHours(2) };
  expect(await refused(`${client}/link-account`, link, 1)).toMatchObject({ code: 'act-in-the-future', errors: [{ pointer: '/opened' }] });
  const forwarding = { body: 'the regulator', forwardedAt: inHours(2) };
  expect(problem(await manager.post('/v1/complaints', aComplaint(clientId, { forwarding })))).toMatchObject({
    code: 'act-in-the-future',
    errors: [{ pointer: '/forwarding/forwardedAt' }],
  });
});

test('what was not done is not answered as if it were', async () => {
  const client = await newClient();
  const request = `/v1/requests/${String((await manager.post('/v1/requests', aRequest(client.split('/').at(-1)))).body['id'])}`;
  expect((await manager.post(`${request}/start`, {}, { version: 1 })).body).toMatchObject({ events: ['RequestStarted'] });
  expect((await manager.post(`${request}/start`, {}, { version: 2 })).body).toMatchObject({ events: [] }); // a repeat
  const another = await under.as('branchManager', undefined, 'somebody.else');
  expect(problem(await another.post(`${request}/start`, {}, { version: 2 }))).toMatchObject({
    status: 422,
    code: 'request-started-by-another',
  });

  const officer = await under.as('complianceOfficer');
  const second = await under.as('complianceOfficer', undefined, 'another.officer');
  const place = '/v1/tier-rules';
  await officer.post(place, { ...sampleTierRules, version: 'r1' }, { version: 0 });
  await second.post(`${place}/r1/approve`, {}, { version: 1 });
  await officer.post(`${place}/r1/publish`, { effectiveFrom: '2026-01-01' }, { version: 2 });
  expect((await officer.post(`${place}/r1/publish`, { effectiveFrom: '2026-01-01' }, { version: 3 })).body).toMatchObject({ events: [] });
  expect(problem(await officer.post(`${place}/r1/publish`, { effectiveFrom: '2026-02-01' }, { version: 3 }))).toMatchObject({
    status: 422,
    code: 'tier-rules-already-published',
    errors: [{ pointer: '/effectiveFrom' }],
  });
});
