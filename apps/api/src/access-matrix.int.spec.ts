import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import { LocalIssuer, type Role, roles } from '#access';
import { messageKinds } from '#back-office';
import {
  aClient,
  aComplaint,
  aRequest,
  type ApiUnderTest,
  BEIJING,
  Caller,
  SHANGHAI,
  startApiUnderTest,
} from '../../../test/support/api.js';
import { type AccessRow, accessRows } from '../../../test/support/access-rows/index.js';
import { glance } from '../../../test/support/live.js';
import { createApi } from './create-api.js';

jest.setTimeout(120_000);

const letters: Record<string, Role> = {
  S: 'serviceDeskAgent',
  R: 'relationshipManager',
  B: 'branchManager',
  C: 'complianceOfficer',
  A: 'auditor',
  I: 'integrationClient',
  N: 'admin',
};
const scoped: readonly Role[] = ['serviceDeskAgent', 'relationshipManager', 'branchManager'];
const contact = { channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-01-01T10:00:00+08:00' };

/** Who may call what, written out: route, letters of the roles, a body in order. */
const matrix: readonly AccessRow[] = accessRows.flatMap(({ rows }) => rows);

@Controller('v1/forgotten')
class ForgetfulController {
  @Post()
  anything(): string {
    return 'open to everybody';
  }
}

@Module({ controllers: [ForgetfulController] })
class ForgetfulModule {}

let under: ApiUnderTest;
let ids: Record<string, string>;
let lastPosition: string;
beforeAll(async () => {
  under = await startApiUnderTest();
  ids = {};
  for (const { prepare } of accessRows) Object.assign(ids, await prepare?.(under, ids));
  lastPosition = String((await under.store.head()).position);
});
afterAll(() => under.close());

/** Calls a route about what is in Shanghai; a change names a version that nothing has, so that it changes nothing. */
function calling(caller: Caller, [route, , body]: AccessRow) {
  const [method, pattern] = route.split(' ') as [string, string];
  const address = pattern.replace(/:(\w+)/g, (_, name: string) => ids[name]!);
  if (address.endsWith('/live')) return glance(caller, address);
  if (method === 'GET') return caller.get(address, { 'rapport-min-position': lastPosition });
  const about: Record<string, object> = {
    '/v1/clients': { ...aClient(), branchId: SHANGHAI },
    '/v1/contacts': { ...contact, clientId: ids['clientId'] },
    '/v1/surveys': { ...body, clientId: ids['clientId'] },
    '/v1/contacts/plan-outreach': { clientId: ids['clientId'], channel: 'phone' },
    '/v1/follow-ups': { ...body, clientId: ids['clientId'] },
    '/v1/complaints': aComplaint(ids['clientId']),
    '/v1/requests': aRequest(ids['clientId']),
    [`/v1/contacts/${ids['contactId']}/link`]: { complaintId: ids['complaintId'] },
  };
  return caller.post(address, about[address] ?? body, { version: 9999 });
}

describe('every route, every role (G18)', () => {
  test('the matrix names every route there is, and each has a permission or is public', () => {
    const routes = under.api.routes.filter((route) => !route.startsWith('HEAD ') && route.includes(' /v1/'));
    expect([...routes].sort()).toEqual(matrix.map(([route]) => route).sort());
    const open = under.api.routes.filter((route) => !route.startsWith('HEAD ') && !route.includes(' /v1/'));
    const contracts = messageKinds.map((kind) => `GET /contracts/back-office/${kind}.schema.json`);
    expect([...open].sort()).toEqual([
      ...contracts.sort(),
      'GET /contracts/tier-changes/asyncapi.json',
      'GET /contracts/tier-changes/tier-change.schema.json',
      'GET /contracts/what-if.schema.json',
      'GET /docs',
      'GET /docs/',
      'GET /docs/favicon-32x32.png',
      'GET /docs/start.js',
      'GET /docs/swagger-ui-bundle.js',
      'GET /docs/swagger-ui.css',
      'GET /health/live',
      'GET /health/ready',
      'GET /openapi.json',
      'GET /problems',
      'GET /problems/:code',
    ]);
  });

  test('a route without a declared permission stops the boot, which names it', async () => {
    const modules = [ForgetfulModule];
    const started = createApi({ ...under.parts, modules }).then((api) => api.close());
    await expect(started).rejects.toThrow('routes without a declared permission: POST /v1/forgotten');
    const other = await createApi(under.parts); // without it, it starts
    await other.close();
  });

  test.each(roles)('%s, in the branch of the client', async (role) => {
    const caller = await under.as(role, SHANGHAI);
    const wrong: unknown[] = [];
    for (const entry of matrix) {
      const allowed = [...entry[1].replaceAll(' ', '')].map((letter) => letters[letter]).includes(role);
      const before = await under.eventCount();
      const { status, body } = await calling(caller, entry);
      const right = allowed ? ![401, 403, 404].includes(status) && status < 500 : status === 403 && body['code'] === 'not-permitted';
      const nothingAppended = allowed || (await under.eventCount()) === before;
      if (!right || !nothingAppended) wrong.push([entry[0], role, status, body]);
    }
    expect(wrong).toEqual([]);
  });

  test.each(scoped)('%s of another branch sees and changes nothing', async (role) => {
    const caller = await under.as(role, BEIJING);
    const before = await under.eventCount();
    const wrong: unknown[] = [];
    for (const entry of matrix) {
      const allowed = [...entry[1].replaceAll(' ', '')].map((letter) => letters[letter]).includes(role);
      if (!allowed || entry[3] === 'firm') continue;
      const { status, body } = await calling(caller, entry);
      const text = JSON.stringify(body['items'] ?? body);
      const right =
        entry[3] === 'list'
          ? status === 200 &&
            !Object.values(ids).some((id) => id.length === 36 && text.includes(id)) &&
            !/"(received|due|open|stopped|denominator)":[1-9]/.test(text)
          : (status === 404 && body['code'] === 'not-found') || (status === 403 && body['code'] === 'branch-not-yours');
      if (!right) wrong.push([entry[0], status, body]);
    }
    expect(wrong).toEqual([]);
    expect(await under.eventCount()).toBe(before);
  });

  test('no token, an expired, a forged one, one for another audience or without a signature', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'rapport-forger-'));
    const forger = await LocalIssuer.open(folder);
    const request = { subject: 'x', role: 'branchManager', branch: SHANGHAI } as const;
    const good = await under.issuer.issueToken({ ...request, ttlSeconds: 600 });
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(good.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    const header = JSON.parse(Buffer.from(good.split('.')[0]!, 'base64url').toString()) as Record<string, unknown>;
    const { jwks } = under.issuer.settings;
    const publicKey = 'file' in jwks ? await readFile(jwks.file, 'utf8') : '';
    const symmetric = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`;
    const [h, , s] = good.split('.');
    const tokens: Record<string, string> = {
      none: '',
      forged: `Bearer ${await forger.issueToken({ ...request, ttlSeconds: 600 })}`,
      'another audience': `Bearer ${h}.${part({ ...claims, aud: 'other' })}.${s}`,
      'raised role': `Bearer ${h}.${part({ ...claims, role: 'complianceOfficer' })}.${s}`,
      expired: `Bearer ${h}.${part({ ...claims, exp: 1 })}.${s}`,
      'alg none': `Bearer ${part({ ...header, alg: 'none' })}.${part(claims)}.`,
      'public key as secret': `Bearer ${symmetric}.${createHmac('sha256', publicKey).update(symmetric).digest('base64url')}`,
    };
    const before = await under.eventCount();
    const wrong: unknown[] = [];
    for (const [name, authorization] of Object.entries(tokens)) {
      const caller = new Caller(under.api.url, authorization);
      for (const entry of matrix) {
        const { status, body, headers } = await calling(caller, entry);
        const code = name === 'none' ? 'token-missing' : 'token-invalid';
        const challenged = headers.get('www-authenticate')?.startsWith('Bearer');
        if (status !== 401 || body['code'] !== code || !challenged) wrong.push([name, entry[0], status, body]);
      }
    }
    await rm(folder, { recursive: true });
    expect(wrong).toEqual([]);
    expect(await under.eventCount()).toBe(before);
  });
});
