import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newId } from '#event-sourcing';
import { aClient, aComplaint, type Answer, type ApiUnderTest, type Caller, startApiUnderTest } from '../../../test/support/api.js';
import { FaultProxy } from '../../../test/support/fault-proxy.js';

jest.setTimeout(120_000);

const DROPS = Number(process.env.DROPPED_RESPONSES ?? 200);

let under: ApiUnderTest;
let manager: Caller;
let dropper: FaultProxy;
let clientId: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  dropper = await FaultProxy.before(under.api.url);
  dropper.losing = Infinity;
  clientId = (await manager.post('/v1/clients', aClient())).body['id'] as string;
});
afterAll(async () => {
  await dropper.close();
  await under.close();
});

const bodyIn = (response: string): unknown => JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4));
const eventsOf = async (streamId: unknown): Promise<number> => (await under.store.load(streamId as string)).length;

interface Attempt {
  address: string;
  body: object;
  version?: number;
}

/** One after another: something new, and changes of one complaint whose version moves on. */
async function* attempts(): AsyncGenerator<Attempt> {
  for (;;) {
    yield { address: '/v1/clients', body: aClient() };
    yield {
      address: '/v1/contacts',
      body: { clientId, channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-03-11T10:00:00+08:00' },
    };
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const at = `/v1/complaints/${String(complaint.body['id'])}`;
    yield { address: `${at}/acknowledge`, body: {}, version: 1 };
    yield { address: `${at}/send-final-response`, body: { resolution: 'explanation' }, version: 2 };
    yield { address: `${at}/close`, body: {}, version: 3 };
  }
}

test('a key is of who asks, in which role and for which branch, and of the route however its address is spelled', async () => {
  const key = newId();
  const complaint = aComplaint(clientId);
  const first = await manager.post('/v1/complaints', complaint, { key });
  const again = await manager.post('/v1/complaint%73', complaint, { key });
  expect(again).toMatchObject({ status: 201, body: { id: first.body['id'] } });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const subject = 'two.hats';
  const client = aClient();
  const asManager = await (await under.as('branchManager', 'sh-01', subject)).post('/v1/clients', client, { key });
  const asAgent = await (await under.as('serviceDeskAgent', 'sh-01', subject)).post('/v1/clients', client, { key });
  const elsewhere = await (await under.as('branchManager', 'bj-01', subject)).post('/v1/clients', aClient(), { key });
  expect(asManager.status).toBe(201);
  expect(asAgent).toMatchObject({ status: 422, body: { code: 'client-number-taken' } });
  expect(elsewhere.status).toBe(201);
  expect(elsewhere.body['id']).not.toBe(asManager.body['id']);
});

describe('a repeat with the same Idempotency-Key', () => {
  test(`after ${DROPS} lost responses: one effect each, and the answer that was lost (G2)`, async () => {
    const unlucky = manager.at(dropper.through(under.api.url));
    let done = 0;
    for await (const { address, body, version } of attempts()) {
      const key = newId();
      const before = await under.eventCount();
      const headers = { connection: 'close' };
      await expect(unlucky.post(address, body, { key, version, headers })).rejects.toThrow();
      const after = await under.eventCount();
      expect(after).toBe(before + 1);
      const repeat = await manager.post(address, body, { key, version });
      expect(repeat.headers.get('idempotency-replayed')).toBe('true');
      expect(repeat.body).toEqual(bodyIn(dropper.lost.at(-1)!));
      expect(repeat.status).toBe(version === undefined ? 201 : 200);
      expect(repeat.headers.get('etag')).toBe(`"${String(repeat.body['version'])}"`);
      expect(await under.eventCount()).toBe(after);
      if (++done === DROPS) break;
    }
    expect(dropper.lost).toHaveLength(DROPS);
  });

  test('that arrives while the first is under way waits for its outcome', async () => {
    for (let round = 0; round < 20; round++) {
      const key = newId();
      const body = aClient();
      const answers = await Promise.all(Array.from({ length: 5 }, () => manager.post('/v1/clients', body, { key })));
      expect(answers.map((answer) => answer.status)).toEqual(Array(5).fill(201));
      for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body);
      expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
      expect(await eventsOf(answers[0]!.body['id'])).toBe(1);
    }
  });

  test('and another body is refused; spelled otherwise, it is the same body', async () => {
    const body = aClient();
    const key = newId();
    const first = await manager.post('/v1/clients', body, { key });
    const members = Object.entries(body).reverse();
    const respelled = await manager.post('/v1/clients', ` ${JSON.stringify(Object.fromEntries(members), null, 3)} `, { key });
    expect(respelled).toMatchObject({ status: 201, body: first.body });
    const other = await manager.post('/v1/clients', { ...body, party: 'organisation' }, { key });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  test('by another caller, or on another route, is another command', async () => {
    const key = newId();
    const complaints = [
      await manager.post('/v1/complaints', aComplaint(clientId)),
      await manager.post('/v1/complaints', aComplaint(clientId)),
    ];
    const acknowledged: Answer[] = [];
    for (const { body } of complaints) {
      acknowledged.push(await manager.post(`/v1/complaints/${String(body['id'])}/acknowledge`, {}, { key, version: 1 }));
    }
    expect(acknowledged.map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, null]);
    const deputy = await under.as('branchManager', undefined, 'deputy');
    const stranger = await deputy.post(`/v1/complaints/${String(complaints[0]!.body['id'])}/acknowledge`, {}, { key, version: 2 });
    expect(stranger).toMatchObject({ status: 200, body: { events: [] } });
    expect(stranger.headers.get('idempotency-replayed')).toBeNull();
  });

  test('of a refused command is decided anew', async () => {
    const key = newId();
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const at = `/v1/complaints/${String(complaint.body['id'])}`;
    expect(await manager.post(`${at}/close`, {}, { key, version: 1 })).toMatchObject({
      status: 422,
      body: { code: 'complaint-not-answered' },
    });
    await manager.post(`${at}/send-final-response`, { resolution: 'none' }, { version: 1 });
    expect(await manager.post(`${at}/close`, {}, { key, version: 2 })).toMatchObject({
      status: 200,
      body: { events: ['ComplaintClosed'] },
    });
  });
});

describe('many writers at once', () => {
  test('on one version: one wins, the others learn what they missed, and nothing is lost', async () => {
    const complaint = await manager.post('/v1/complaints', aComplaint(clientId));
    const at = `/v1/complaints/${String(complaint.body['id'])}`;
    await manager.post(`${at}/acknowledge`, {}, { version: 1 });
    const resolutions = ['explanation', 'monetaryRelief', 'nonMonetaryRelief', 'none'];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => manager.post(`${at}/send-final-response`, { resolution: resolutions[i % 4] }, { version: 2 })),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // whoever decides after the winner meets the version first or the rule first
    expect(statuses.filter((status) => ![200, 412, 422].includes(status))).toEqual([]);
    expect(await eventsOf(complaint.body['id'])).toBe(3);
  });

  test('with one client number: one gets it', async () => {
    const { clientNo } = aClient();
    const answers = await Promise.all(Array.from({ length: 8 }, () => manager.post('/v1/clients', aClient({ clientNo }))));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.body['code'] === 'client-number-taken' && answer.status === 422)).toHaveLength(7);
  });
});
