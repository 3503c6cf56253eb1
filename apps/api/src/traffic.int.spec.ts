import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ApiUnderTest, Caller, startApiUnderTest } from '../../../test/support/api.js';
import { createApi } from './create-api.js';

jest.setTimeout(120_000);

const LIMIT = 20;

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApiUnderTest({ rateLimitPerMinute: LIMIT });
});
afterAll(() => under.close());

describe('who calls too often', () => {
  test('is told to wait, while others are served', async () => {
    const busy = await under.as('auditor', undefined, 'busy');
    const answers = [];
    for (let i = 0; i < LIMIT + 5; i++) answers.push(await busy.get('/v1/clients'));
    expect(answers.slice(0, LIMIT).map((answer) => answer.status)).toEqual(Array(LIMIT).fill(200));
    for (const answer of answers.slice(LIMIT)) {
      expect(answer).toMatchObject({ status: 429, body: { code: 'too-many-requests', status: 429 } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    const calm = await under.as('auditor', undefined, 'calm');
    expect((await calm.get('/v1/clients')).status).toBe(200);
    const again = await under.as('auditor', undefined, 'busy'); // another token of the same person
    expect((await again.get('/v1/clients')).status).toBe(429);
  });

  test('cannot escape by claiming another address, and guesses at tokens are counted', async () => {
    const guesser = new Caller(under.api.url, 'Bearer a.b.c');
    const statuses: number[] = [];
    for (let i = 0; i < LIMIT + 3; i++) {
      statuses.push((await guesser.get('/v1/clients', { 'x-forwarded-for': `10.0.0.${i}`, forwarded: `for=10.0.0.${i}` })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('addresses that there are not', () => {
  test('cost whoever asks for them as any other call', async () => {
    // an API of its own: those above have used up what this machine's address may ask
    const api = await createApi({ ...under.parts, trustedProxies: ['127.0.0.1'] });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const anybody = new Caller(api.url, '');
    const statuses: number[] = [];
    for (let i = 0; i < LIMIT + 2; i++) statuses.push((await anybody.get(`/v1/nothing/${i}`, from('203.0.113.7'))).status);
    expect(statuses).toEqual([...Array<number>(LIMIT).fill(404), 429, 429]);
    expect((await anybody.get('/problems', from('203.0.113.7'))).status).toBe(429);
    expect((await anybody.get('/problems', from('203.0.113.8'))).status).toBe(200); // behind the same proxy, and somebody else
    await api.close();
  });
});

describe('every answer', () => {
  test('tells browsers to take it for nothing else, and keeps out of caches', async () => {
    const { headers } = await (await under.as('auditor', undefined, 'reader')).get('/v1/clients');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  test('carries the trace of its caller, or one of its own', async () => {
    const reader = await under.as('auditor', undefined, 'traced');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect((await reader.get('/v1/nothing', { traceparent })).body['traceId']).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect((await reader.get('/v1/clients', { traceparent })).headers.get('rapport-trace-id')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    const made = (await reader.get('/v1/nothing', { traceparent: '00-x' })).body['traceId'];
    expect(made).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('health is open to probes', async () => {
  const probe = new Caller(under.api.url, '');
  expect(await probe.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
  expect(await probe.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
});
