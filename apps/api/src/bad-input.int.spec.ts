import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aClient, aComplaint, type ApiUnderTest, type Caller, fieldFault, problem, startApiUnderTest } from '../../../test/support/api.js';

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

const register = async (body: unknown, headers: Record<string, string> = {}) =>
  problem(await manager.post('/v1/clients', body, { headers }));

describe('a body', () => {
  test.each(['{', '{"a":1,}', '{} {}', '\ufeff{}', 'x', ''])('that is not JSON: %j', async (text) => {
    expect(await register(text)).toMatchObject({ status: 400, code: 'malformed-json' });
  });

  test.each(['[]', '"x"', '1', 'true', 'null'])('that is no object: %s', async (text) => {
    expect(await register(text)).toMatchObject(fieldFault('', 'wrong-type'));
  });

  test('that is too large', async () => {
    expect(await register(JSON.stringify(aClient({ party: 'x'.repeat(1_048_577) })))).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
    const justBelow = JSON.stringify(aClient({ party: 'x'.repeat(1_000_000) }));
    expect(await register(justBelow)).toMatchObject({ status: 400 });
  });

  test('that is nested too deep', async () => {
    expect(await register(`{"identity":${'['.repeat(32)}${']'.repeat(32)}}`)).toMatchObject({
      status: 400,
      errors: [{ code: 'too-deep' }],
    });
    expect(await register('['.repeat(500_000))).toMatchObject({ status: 400 });
  });

  test.each<[string, Record<string, string>]>([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a file', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['JSON in another encoding', { 'content-type': 'application/json; charset=utf-16' }],
    ['compressed JSON', { 'content-encoding': 'gzip' }],
  ])('that is %s', async (_, headers) => {
    expect(await register(JSON.stringify(aClient()), headers)).toMatchObject({ status: 415, code: 'not-json' });
  });

  test('with a member that nobody published, or that JavaScript would take for its own', async () => {
    expect(await register(aClient({ nickname: 'x' }))).toEqual(fieldFault('/nickname', 'unknown-member'));
    expect(await register(aClient({ identity: { name: 'x', 'a/b~c': 1 } }))).toEqual(fieldFault('/identity/a~1b~0c', 'unknown-member'));
    expect(await register(aClient({ toString: 'x' }))).toEqual(fieldFault('/toString', 'unknown-member'));
    const text = JSON.stringify(aClient()).slice(0, -1);
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      expect(await register(`${text},"${name}":{"x":1}}`)).toEqual(fieldFault(`/${name}`, 'unknown-member'));
      expect(await register(`${text},"profile":{"${name}":{}}}`)).toEqual(fieldFault(`/profile/${name}`, 'unknown-member'));
    }
  });

  test('with a member stated twice', async () => {
    const text = JSON.stringify(aClient()).slice(0, -1);
    expect(await register(`${text},"party":"person"}`)).toEqual(fieldFault('/party', 'duplicate-member'));
    expect(await register(`${text},"profile":{"internal":{"sex":"male","s\\u0065x":"male"}}}`)).toEqual(
      fieldFault('/profile/internal/sex', 'duplicate-member'),
    );
  });

  test.each<[unknown, string]>([
    [{ party: 1 }, '/party'],
    [{ party: null }, '/party'],
    [{ party: ['person'] }, '/party'],
    [{ party: { a: 1 } }, '/party'],
    [{ identity: [] }, '/identity'],
    [{ identity: 'x' }, '/identity'],
    [{ identity: null }, '/identity'],
    [{ identity: { name: false } }, '/identity/name'],
    [{ provisional: 'true' }, '/provisional'],
    [{ provisional: 1 }, '/provisional'],
    [{ reachableAt: {} }, '/reachableAt'],
    [{ reachableAt: ['x'] }, '/reachableAt'],
    [{ reachableAt: [[]] }, '/reachableAt'],
    [{ profile: { internal: { averageBalance: { amountMinor: 1.5, currency: 'CNY' } } } }, '/profile/internal/averageBalance/amountMinor'],
    [{ profile: { internal: { averageBalance: { amountMinor: '1', currency: 'CNY' } } } }, '/profile/internal/averageBalance/amountMinor'],
    [{ profile: { internal: { averageBalance: [] } } }, '/profile/internal/averageBalance'],
  ])('with a value of another type: %j', async (more, pointer) => {
    expect(await register(aClient(more as object))).toEqual(fieldFault(pointer, 'wrong-type'));
  });

  test('with numbers that no whole number holds', async () => {
    const balance = (amount: string) => `{"profile":{"internal":{"averageBalance":{"amountMinor":${amount},"currency":"CNY"}}},`;
    const rest = JSON.stringify(aClient()).slice(1);
    const pointer = '/profile/internal/averageBalance/amountMinor';
    for (const amount of ['1e400', '-1e400', '9007199254740992', '1e-5']) {
      expect(await register(balance(amount) + rest)).toEqual(fieldFault(pointer, 'wrong-type'));
    }
  });

  test('without what is required, all of it named', async () => {
    const answer = await register({});
    expect(answer.errors).toEqual(['/clientNo', '/party', '/acquisitionSource'].map((pointer) => ({ pointer, code: 'missing' })));
    const list = await register(aClient({ reachableAt: [{ channel: 'phone', address: 'x' }, { channel: 'pigeon' }] }));
    expect(list.errors).toEqual([
      { pointer: '/reachableAt/1/channel', code: 'not-allowed' },
      { pointer: '/reachableAt/1/address', code: 'missing' },
    ]);
  });

  test('with NUL or half a surrogate pair', async () => {
    expect(await register(aClient({ identity: { name: 'a\0b' } }))).toEqual(fieldFault('/identity/name', 'nul-character'));
    expect(await register(aClient({ identity: { name: 'a\ud800b' } }))).toEqual(fieldFault('/identity/name', 'lone-surrogate'));
    expect(await register(aClient({ clientNo: 'a\0' }))).toEqual(fieldFault('/clientNo', 'nul-character'));
  });

  test('with text that is empty or too long', async () => {
    expect(await register(aClient({ identity: { name: ' \u3000\n' } }))).toEqual(fieldFault('/identity/name', 'too-short'));
    expect(await register(aClient({ identity: { name: '名'.repeat(201) } }))).toEqual(fieldFault('/identity/name', 'too-long'));
    expect(await register(aClient({ clientNo: '' }))).toEqual(fieldFault('/clientNo', 'bad-format'));
    expect(await register(aClient({ clientNo: "x'; DROP TABLE log.events; --" }))).toEqual(fieldFault('/clientNo', 'bad-format'));
  });

  test('with several faults lists them all', async () => {
    const { errors } = await register(aClient({ party: 'x', acquisitionSource: 3, identity: { birthDate: 'x' } }));
    expect(errors).toHaveLength(3);
  });
});

describe('a date', () => {
  const birth = (birthDate: string) => register(aClient({ identity: { name: 'x', birthDate } }));

  test.each([
    '1899-12-31',
    '2201-01-01',
    '2023-02-29',
    '2023-02-30',
    '2023-13-01',
    '2023-00-10',
    '2023-1-1',
    '20230101',
    '0000-00-00',
    '2023-01-01T00:00:00Z',
  ])('that the calendar or the range does not have: %s', async (date) =>
    expect(await birth(date)).toEqual(fieldFault('/identity/birthDate', 'bad-format')),
  );

  test.each<[string, object, string, string]>([
    ['a currency that ISO 4217 does not have', { amountMinor: 500, currency: 'ABC' }, '/currency', 'bad-format'],
    ['no currency', { amountMinor: 500, currency: 'XXX' }, '/currency', 'bad-format'],
    ['less than nothing', { amountMinor: -500, currency: 'CNY' }, '/amountMinor', 'out-of-range'],
  ])('that disputes %s', async (_, disputedAmount, pointer, code) => {
    const answer = problem(await manager.post('/v1/complaints', aComplaint(clientId, { disputedAmount })));
    expect(answer).toMatchObject(fieldFault(`/disputedAmount${pointer}`, code));
  });

  test.each(['ABC', 'cny'])('of relief in %s, or below zero', async (currency) => {
    const sent = (relief: object) =>
      manager.post(
        `/v1/complaints/${complaintId}/send-final-response`,
        { resolution: 'monetaryRelief', relief },
        { headers: { 'if-match': '"1"' } },
      );
    expect(problem(await sent({ amountMinor: 1, currency }))).toMatchObject({ status: 400 });
    expect(problem(await sent({ amountMinor: -1, currency: 'CNY' }))).toMatchObject(fieldFault('/relief/amountMinor', 'out-of-range'));
  });

  test.each([
    '2026-03-11T10:00:00',
    '2026-03-11 10:00:00Z',
    '2026-03-11T24:00:00Z',
    '2026-03-11T10:60:00Z',
    '2026-03-11T10:00:60Z',
    '2026-02-29T10:00:00Z',
    '1899-12-31T10:00:00Z',
    '2201-01-01T00:00:00Z',
    '+002026-03-11T10:00:00Z',
    '2026-03-11T10:00:00+24:00',
    'now',
    '0',
    '2026-W11',
  ])('as a time that is none: %s', async (receivedAt) => {
    const answer = problem(await manager.post('/v1/complaints', aComplaint(clientId, { receivedAt })));
    expect(answer).toEqual(fieldFault('/receivedAt', 'bad-format'));
  });

  test('that is still to come, for what has happened', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000 * 2).toISOString();
    const at = `/v1/complaints/${complaintId}`;
    const answers = [
      await manager.post('/v1/clients', aClient({ occurredAt: tomorrow })),
      await manager.post(
        `/v1/clients/${clientId}/update-profile`,
        { external: { region: 'x' }, occurredAt: tomorrow.slice(0, 10) },
        { version: 1 },
      ),
      await manager.post('/v1/complaints', aComplaint(clientId, { receivedAt: tomorrow })),
      await manager.post(`${at}/acknowledge`, { occurredAt: tomorrow }, { version: 1 }),
      await manager.post('/v1/contacts', {
        clientId,
        channel: 'phone',
        direction: 'inbound',
        automated: false,
        startedAt: '2033-12-31T10:00:00+08:00',
      }),
    ];
    expect(answers.map((answer) => problem(answer))).toEqual([
      { status: 422, code: 'act-in-the-future', errors: [{ pointer: '/occurredAt', code: 'act-in-the-future' }] },
      { status: 422, code: 'act-in-the-future', errors: [{ pointer: '/occurredAt', code: 'act-in-the-future' }] },
      { status: 422, code: 'act-in-the-future', errors: [{ pointer: '/receivedAt', code: 'act-in-the-future' }] },
      { status: 422, code: 'act-in-the-future', errors: [{ pointer: '/occurredAt', code: 'act-in-the-future' }] },
      { status: 422, code: 'contact-in-the-future', errors: [{ pointer: '/startedAt', code: 'contact-in-the-future' }] },
    ]);
  });
});
