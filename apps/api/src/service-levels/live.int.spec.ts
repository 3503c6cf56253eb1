import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { derivedId, newId, type StreamRef } from '#event-sourcing';
import type { CommitmentEvent } from '#service-levels';
import { type ApiUnderTest, BEIJING, type Caller, fieldFault, problem, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { publishRules, say, startedEvent } from '../../../../test/support/commitments.js';
import { glance, listen, type LiveEvent } from '../../../../test/support/live.js';
import { createApi } from '../create-api.js';
import { EventStream } from './event-stream.js';

jest.setTimeout(60_000);

const LIVE = '/v1/service-levels/live';
const breach: CommitmentEvent = {
  type: 'CommitmentBreached',
  data: { deadlineAt: '2026-03-11T07:30:00.000Z', detectedAt: '2026-03-11T07:31:00.000Z' },
};

let under: ApiUnderTest;
let desk: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  desk = await under.as('serviceDeskAgent');
  await publishRules(under, [
    { id: 'resolution', metric: 'resolution', calendar: 'DESK', target: { kind: 'businessMinutes', minutes: 240 } },
  ]);
  await under.settled();
});
afterAll(() => under.close());

interface Told {
  stream: StreamRef;
  position: number;
}

async function start(branch = SHANGHAI): Promise<Told> {
  const [clientId, id] = [newId(), newId()];
  const stream = { id: derivedId(id, 'commitment'), kind: 'commitment', key: clientId };
  return { stream, position: await say(under, stream, [startedEvent({ clientId, subject: { kind: 'request', id } })], branch) };
}
const idsOf = (events: readonly LiveEvent[]): unknown[] => events.map(({ data }) => data['commitmentId']);

describe('live updates', () => {
  test('tell the desk what changes in its branch, in the order of the log, each as a row of the queue', async () => {
    const live = await listen(desk, `${LIVE}?after=${(await under.store.head()).position}`);
    expect(live.status).toBe(200);
    expect(live.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(live.headers.get('cache-control')).toBe('no-store');
    expect(live.headers.get('content-security-policy')).toContain("default-src 'none'");
    const [first, elsewhere, second] = [await start(), await start(BEIJING), await start()];
    const position = await say(under, first.stream, [breach]);
    const events = await live.until((all) => all.some(({ id }) => id === String(position)));
    expect(idsOf(events)).toEqual(expect.arrayContaining([first.stream.id, second.stream.id]));
    expect(idsOf(events)).not.toContain(elsewhere.stream.id);
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({
      event: 'commitment',
      data: { commitmentId: first.stream.id, state: 'breached', remainingMinutes: 0 },
    });
    expect(Number(events.at(-1)!.data['overdueMinutes'])).toBeGreaterThan(0);
    await under.settled();
    const queue = await desk.get('/v1/service-levels/queue?limit=200');
    const row = (queue.body['items'] as Record<string, unknown>[]).find((item) => item['commitmentId'] === first.stream.id);
    expect(Object.keys(row!).sort()).toEqual(Object.keys(events.at(-1)!.data).sort());
    live.close();
  });

  test('go on from the last event that was seen, without a gap and without a repeat', async () => {
    const before = await listen(desk, `${LIVE}?after=${(await under.store.head()).position}`);
    const seen = await start();
    await before.until((all) => all.length === 1);
    before.close();
    const missed = [await start(), await start(), await start()];
    await say(under, missed[1]!.stream, [breach]);
    const again = await listen(desk, `${LIVE}?after=0`, { 'last-event-id': before.lastId()! });
    const events = await again.until((all) => all.length >= 3);
    expect(idsOf(events)).toEqual([missed[0]!, missed[2]!, missed[1]!].map(({ stream }) => stream.id)); // each once, as it stands
    expect(idsOf(events)).not.toContain(seen.stream.id);
    const next = await start();
    await again.until((all) => all.length >= 4);
    expect(again.events[3]!.id).toBe(String(next.position));
    again.close();
  });

  test('never pass over a client whose events are read later than others', async () => {
    const { position } = await under.store.head();
    await under.settled();
    const live = await listen(desk, `${LIVE}?after=${position}`);
    const late = "INSERT INTO read.checkpoints (projection, version, partition, position, fence) VALUES ('commitments', 1, 99, $1, 1)";
    await under.owner.query(late, [position + 1]); // a partition that has read no further
    const [first, second] = [await start(), await start()];
    await live.until((all) => all.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300)); // several polls
    expect(live.events.map(({ id }) => Number(id))).toEqual([first.position]);
    await under.owner.query('DELETE FROM read.checkpoints WHERE partition = 99');
    await live.until((all) => all.length === 2);
    expect(live.events[1]!.id).toBe(String(second.position));
    live.close();
  });

  test('are of the whole firm for compliance', async () => {
    const officer = await under.as('complianceOfficer');
    const live = await listen(officer, `${LIVE}?after=${(await under.store.head()).position}`);
    const both = [await start(), await start(BEIJING)];
    expect(idsOf(await live.until((all) => all.length === 2))).toEqual(both.map(({ stream }) => stream.id));
    live.close();
  });

  test('are refused as everything else is', async () => {
    const refused = async (caller: Caller, address = LIVE) => problem(await glance(caller, address));
    expect(await refused(await under.as('admin'))).toMatchObject({ status: 403, code: 'not-permitted' });
    expect(problem(await desk.get(LIVE, { authorization: '' }))).toMatchObject({ status: 401, code: 'token-missing' });
    expect(await refused(desk, `${LIVE}?after=-1`)).toEqual(fieldFault('#/query/after', 'wrong-type'));
    expect(await refused(desk, `${LIVE}?since=1`)).toEqual(fieldFault('#/query/since', 'unknown-parameter'));
    expect(problem(await desk.get(LIVE, { 'last-event-id': '12x' }))).toEqual(fieldFault('#/header/last-event-id', 'bad-format'));
    const { status, text } = await fetch(under.api.url + LIVE, { method: 'HEAD', headers: { authorization: desk.authorization } }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
    );
    expect([status, text]).toEqual([200, '']);
  });

  test('are few for each caller; one that is left makes room', async () => {
    const busy = await under.as('serviceDeskAgent', SHANGHAI, 'busy');
    const open = await Promise.all(Array.from({ length: 5 }, () => listen(busy, LIVE)));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(problem(await glance(busy, LIVE))).toMatchObject({ status: 429, code: 'too-many-streams' });
    expect((await glance(desk, LIVE)).status).toBe(200);
    open[0]!.close();
    let status = 429;
    for (let attempt = 0; attempt < 100 && status === 429; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      ({ status } = await glance(busy, LIVE));
    }
    expect(status).toBe(200);
    for (const one of open) one.close();
  });

  test('end with the token', async () => {
    const brief = await under.as('serviceDeskAgent', SHANGHAI, 'brief', 2);
    const live = await listen(brief, LIVE);
    expect(live.status).toBe(200);
    await live.ended;
    expect(live.events.at(-1)).toMatchObject({ event: 'closing', data: { reason: 'token-expired' } });
  });

  test('end with the process, also where nobody reads or asks, and tell where to go on', async () => {
    const other = await createApi(under.parts);
    const live = await listen(desk.at(other.url), LIVE);
    await start();
    await live.until((all) => all.length === 1);
    const deaf = connect(other.port, '127.0.0.1', () =>
      deaf.write(`GET ${LIVE} HTTP/1.1\r\nHost: x\r\nAuthorization: ${desk.authorization}\r\n\r\n`),
    );
    deaf.on('error', () => undefined);
    deaf.pause();
    await once(deaf, 'connect');
    const silent = connect(other.port, '127.0.0.1'); // never asks anything
    await once(silent, 'connect');
    await other.close();
    await live.ended;
    expect(live.events.at(-1)).toMatchObject({ event: 'closing', data: { reason: 'shutting-down' } });
    expect(Number(live.lastId())).toBeGreaterThanOrEqual(Number(live.events[0]!.id));
    deaf.destroy();
  });
});

describe('one stream', () => {
  /** A response in the hands of the test, and a caller who reads it or does not. */
  async function connected(reads: boolean): Promise<{ response: ServerResponse; text: () => string; close: () => Promise<void> }> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    if (reads) socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    const close = async (): Promise<void> => {
      socket.destroy();
      server.close();
      await once(server, 'close');
    };
    return { response, text: () => text, close };
  }

  test('shows that it lives, and where to go on from', async () => {
    const { response, text, close } = await connected(true);
    const stream = new EventStream({ response, headers: {}, endsAtMs: Date.now() + 60_000, position: () => 41, heartbeatMs: 10 });
    while (!text().includes(': still here\nid: 41\n\n')) await new Promise((resolve) => setTimeout(resolve, 5));
    await close();
    await stream.closed;
  });

  test('is closed where its caller does not read, before it holds much', async () => {
    const { response, close } = await connected(false);
    const stream = new EventStream({ response, headers: {}, endsAtMs: Date.now() + 60_000, position: () => 1 });
    let held = 0;
    const big = { text: 'x'.repeat(10_000) };
    for (let i = 0; i < 10_000; i++) {
      stream.send('commitment', i, big);
      held = Math.max(held, response.writableLength);
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(held).toBeLessThan(300_000);
    await stream.closed;
    await close();
  });
});
