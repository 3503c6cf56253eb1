import { once } from 'node:events';
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#event-sourcing';
import { aClient, aComplaint, type ApiUnderTest, Caller, fieldFault, problem, startApiUnderTest } from '../../../test/support/api.js';

jest.setTimeout(120_000);

let under: ApiUnderTest;
let manager: Caller;
let clientId: string;
let complaintId: string;
let before: number;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('branchManager');
  clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
  complaintId = String((await manager.post('/v1/complaints', aComplaint(clientId))).body['id']);
  before = await under.eventCount();
});
afterAll(async () => {
  const after = await under.eventCount();
  await under.close();
  expect(after).toBe(before); // whatever was sent here, nothing was appended
});

describe('a body of a mebibyte', () => {
  const client = JSON.stringify(aClient()).slice(0, -1);

  test.each([
    ['a list of 340,000 empty objects', `${client},"reachableAt":[${Array(340_000).fill('{}').join()}]}`],
    ['78,000 members that nobody knows', `${client},${Array.from({ length: 78_000 }, (_, nth) => `"m${nth}":1`).join()}}`],
    ['half a million levels', '['.repeat(500_000) + ']'.repeat(500_000)],
  ])('%s: is told so before anything is made of it', async (_, body) => {
    const answer = problem(await manager.post('/v1/clients', body));
    expect(answer).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(answer.errors).toHaveLength(1);
  });

  test('below that, the first fifty faults are named', async () => {
    const answer = problem(
      await manager.post('/v1/clients', `${client},${Array.from({ length: 40_000 }, (_, nth) => `"m${nth}":1`).join()}}`),
    );
    expect(answer).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(answer.errors).toHaveLength(50);
  });
});

describe('headers', () => {
  const command = async (headers: Record<string, string>) =>
    problem(await manager.call('POST', `/v1/complaints/${complaintId}/acknowledge`, { body: {}, headers }));
  const key = { 'idempotency-key': 'k' };
  const version = { 'if-match': '"1"' };

  test('that a command needs', async () => {
    expect(await command(version)).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
    expect(await command({ ...version, 'idempotency-key': 'x'.repeat(129) })).toMatchObject({
      status: 400,
      code: 'idempotency-key-malformed',
    });
    expect(await command({ ...version, 'idempotency-key': 'a b' })).toMatchObject({ status: 400, code: 'idempotency-key-malformed' });
    expect(await command({ ...version, 'idempotency-key': 'é' })).toMatchObject({ status: 400, code: 'idempotency-key-malformed' });
    expect(await command(key)).toMatchObject({ status: 428, code: 'if-match-missing' });
  });

  test.each(['1', '*', 'W/"1"', '"1", "2"', '"-1"', '"01"', '"1.0"', '"x"', '""', '"99999999999999999999"'])(
    'If-Match: %s',
    async (stated) => {
      expect(await command({ ...key, 'if-match': stated })).toMatchObject({ status: 400, code: 'if-match-malformed' });
    },
  );

  test('without a body, where there is nothing that has to be stated', async () => {
    const headers = { ...key, 'if-match': '"9"' };
    const bare = await manager.call('POST', `/v1/complaints/${complaintId}/acknowledge`, { headers });
    expect(problem(bare)).toMatchObject({ status: 412, code: 'stale-version' }); // the shape was in order
    expect(problem(await manager.call('POST', '/v1/clients', { headers: key }))).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  test('that name a version that is past, or to come', async () => {
    const answer = await manager.post(`/v1/complaints/${complaintId}/acknowledge`, {}, { version: 0 });
    expect(problem(answer)).toMatchObject({ status: 412, code: 'stale-version' });
    expect(answer.body).toMatchObject({ version: 1, missed: [{ type: 'ComplaintRegistered', version: 1 }] });
    expect(problem(await manager.post(`/v1/complaints/${complaintId}/acknowledge`, {}, { version: 7 }))).toMatchObject({ status: 412 });
  });
});

describe('an address', () => {
  test('with ids of nothing, or of something else', async () => {
    const post = async (address: string, body: object) => problem(await manager.post(address, body, { version: 1 }));
    const missing = { status: 404, code: 'not-found' };
    expect(await post(`/v1/complaints/${newId()}/acknowledge`, {})).toMatchObject(missing);
    expect(await post(`/v1/complaints/${clientId}/acknowledge`, {})).toMatchObject(missing);
    expect(await post(`/v1/clients/${complaintId}/record-needs`, { goals: 'x' })).toMatchObject(missing);
    expect(await post('/v1/complaints', aComplaint(complaintId))).toMatchObject(missing);
    expect(problem(await manager.get(`/v1/clients/${complaintId}`))).toMatchObject(missing);
    expect(problem(await manager.get(`/v1/complaints/${clientId}/timeline`))).toMatchObject(missing);
  });

  test.each(['x', '1', '00000000-0000-0000-0000-000000000000', '..%2f..', '%00', 'A'.repeat(150), "'--"])(
    'with an id that is none: %s',
    async (id) => {
      expect(problem(await manager.get(`/v1/clients/${id}`))).toMatchObject({ status: 400 });
    },
  );

  test('that there is not, or that takes another method', async () => {
    expect(problem(await manager.get('/v1/nothing'))).toMatchObject({ status: 404, code: 'no-such-route' });
    expect(problem(await manager.get('/v1/clients/'))).toMatchObject({ status: 404 });
    expect(problem(await manager.get('/'))).toMatchObject({ status: 404 });
    const put = await manager.call('PUT', `/v1/clients/${clientId}`, { body: {} });
    expect(problem(put)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(put.headers.get('allow')).toContain('GET');
    expect(problem(await manager.call('DELETE', '/v1/complaints'))).toMatchObject({ status: 405 });
    expect(problem(await manager.get('/v1/clients/%zz'))).toMatchObject({ status: 400, code: 'malformed-url' });
    expect(problem(await manager.get(`/v1/clients/${'a'.repeat(500)}`))).toMatchObject({ status: 414, code: 'url-too-long' });
  });

  test.each([
    ['/v1/clients?limit=0', '#/query/limit', 'out-of-range'],
    ['/v1/clients?limit=201', '#/query/limit', 'out-of-range'],
    ['/v1/clients?limit=1e1', '#/query/limit', 'wrong-type'],
    ['/v1/clients?limit=', '#/query/limit', 'wrong-type'],
    ['/v1/clients?limit=5&limit=5', '#/query/limit', 'duplicate-parameter'],
    ['/v1/clients?status=gone', '#/query/status', 'not-allowed'],
    ['/v1/clients?sort=name', '#/query/sort', 'unknown-parameter'],
    ['/v1/clients?__proto__=x', '#/query/__proto__', 'unknown-parameter'],
    ['/v1/clients?clientNo=a%00', '#/query/clientNo', 'nul-character'],
    ['/v1/clients?status[]=x', '#/query/status[]', 'unknown-parameter'],
    ['/v1/complaints?receivedFrom=2023-02-30', '#/query/receivedFrom', 'bad-format'],
    ['/v1/service-levels/complaints?by=staff', '#/query/by', 'bad-format'],
    ['/v1/freshness?x=1', '#/query/x', 'unknown-parameter'],
  ])('with a query that nobody published: %s', async (address, pointer, code) => {
    expect(problem(await manager.get(address))).toEqual(fieldFault(pointer, code));
  });

  test('takes no parameter that it did not publish, whatever is at it (every route)', async () => {
    const wrong: unknown[] = [];
    for (const [address, methods] of Object.entries(under.api.document.paths)) {
      for (const method of Object.keys(methods)) {
        const place = `${address.replaceAll(/\{\w+\}/g, '1')}?cursr=1&%00=2`;
        const callers = [manager, await under.as('complianceOfficer'), await under.as('integrationClient'), await under.as('admin')];
        const answers = await Promise.all(
          callers.map((caller) => (method === 'get' ? caller.get(place) : caller.post(place, {}, { version: 1 }))),
        );
        const told = answers.map((answer) => problem(answer)).filter(({ status }) => status !== 403);
        const errors = [
          { pointer: '#/query/cursr', code: 'unknown-parameter' },
          { pointer: '#/query', code: 'nul-character' },
        ];
        const right = told.some(
          (one) => one.status === 400 && errors.some((error) => isDeepStrictEqual((one.errors as object[])[0], error)),
        );
        if (!right) wrong.push([method, address, told]);
      }
    }
    expect(wrong).toEqual([]);
    expect(problem(await manager.get('/problems?x=1'))).toEqual(fieldFault('#/query/x', 'unknown-parameter'));
  });
});

test('a token that is expired or forged is told apart from none, in the language of the caller', async () => {
  const forged = new Caller(under.api.url, `${manager.authorization.slice(0, -4)}AAAA`);
  const chinese = await forged.get('/v1/clients', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
  expect(problem(chinese)).toMatchObject({ status: 401, code: 'token-invalid' });
  expect(chinese.body['title']).toBe('访问令牌无效');
  expect((await forged.get('/v1/clients', { 'accept-language': 'en;q=0.9, zh;q=0.1' })).body['title']).toBe(
    'The bearer token is not valid here',
  );
  const page = await new Caller(under.api.url, '').get('/problems/token-invalid');
  expect(page).toMatchObject({ status: 200 });
  expect(page.body['text']).toContain('访问令牌无效');
});

test('bytes that are no HTTP are answered in the same form', async () => {
  const { hostname, port } = new URL(under.api.url);
  const answers: string[] = [];
  for (const bytes of [
    'NONSENSE\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    'GET / HTTP/1.1\r\nBad Header: x\r\n\r\n',
  ]) {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (part) => (text += part.toString())).write(bytes);
    await once(socket, 'close');
    answers.push(text);
  }
  expect(answers.map((text) => text.split('\r\n')[0])).toEqual(['HTTP/1.1 400 Refused', 'HTTP/1.1 431 Refused', 'HTTP/1.1 400 Refused']);
  for (const text of answers) expect(text).toContain('application/problem+json');
});

test('whatever JSON is sent wherever, the answer is a problem of the caller, never a 500 (G20, small)', async () => {
  const addresses = under.api.routes
    .filter((route) => route.startsWith('POST /v1/'))
    .map((route) => route.slice(5).replace(/:\w*[Ii]d/g, (name) => (name === ':clientId' ? clientId : complaintId)));
  const junk = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
  const names = fc.constantFrom(
    'clientId',
    'party',
    'identity',
    'profile',
    'subject',
    'receivedAt',
    'occurredAt',
    'reachableAt',
    'staffInvolved',
    'openItems',
  );
  const body = fc.oneof(junk, fc.dictionary(names, junk));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...addresses), body, async (address, sent) => {
      const { status } = await manager.post(address, sent, { version: 9999 });
      expect(status === 200 ? address : status).not.toBe(500);
      // a search may find nothing, and no cases have no what-if answers: those are answered, all else is refused
      const answered = address.endsWith('/search') || (address.endsWith('/service-levels/what-if') && isDeepStrictEqual(sent, []));
      expect(answered || (status >= 400 && status < 500)).toBe(true);
    }),
    { numRuns: Number(process.env.FUZZ_CALLS ?? 250) },
  );
});
