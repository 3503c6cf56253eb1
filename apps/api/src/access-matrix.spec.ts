import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import { LocalIssuer, type Role, roles } from '#access';
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
import { aCommitment, anEdition, aWhatIf, calendarOf } from '../../../test/support/commitments.js';
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
const assignment = { staffId: 'x', role: 'manager', primary: true, from: '2026-01-01' };
const override = { mode: 'pin', tier: 'GOLD', validFrom: '2190-01-01', justification: 'x' };
const contact = { channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-01-01' };

/** Of the whole firm, whatever the branch. */
const firmWide = / \/v1\/(freshness|calendars|handbook|service-levels\/what-if)\b/;

/** Who may call what, written out: route, letters of the roles, a body in order. */
const matrix: readonly [route: string, allowed: string, body?: object][] = [
  ['POST /v1/clients', 'SRB I', aClient()],
  ['GET /v1/clients', 'SRBCA'],
  ['POST /v1/clients/search', 'SRBCA', { name: 'x' }],
  ['GET /v1/clients/:clientId', 'SRBCA'],
  ['GET /v1/clients/:clientId/timeline', 'SRBCA'],
  ['GET /v1/clients/:clientId/tier-history', 'SRBCA'],
  ['POST /v1/clients/:clientId/update-profile', 'SRB I', { external: { region: 'x' } }],
  ['POST /v1/clients/:clientId/record-needs', 'RB', { goals: 'x' }],
  ['POST /v1/clients/:clientId/record-risk-preference', 'RB', { riskPreference: 'growth' }],
  ['POST /v1/clients/:clientId/link-account', 'RB I', { accountId: 'x', role: 'owner' }],
  ['POST /v1/clients/:clientId/unlink-account', 'RB I', { accountId: 'x' }],
  ['POST /v1/clients/:clientId/close', 'B', {}],
  ['POST /v1/clients/:clientId/assignments/assign', 'B', assignment],
  ['POST /v1/clients/:clientId/assignments/hand-over', 'RB', { from: 'x', to: 'y', on: '2026-01-01' }],
  ['POST /v1/clients/:clientId/assignments/end', 'B', { staffId: 'x', to: '2026-01-01' }],
  ['POST /v1/clients/:clientId/tier/initialise', 'RB', { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'x' }],
  ['POST /v1/clients/:clientId/tier/request-override', 'RB', override],
  ['POST /v1/clients/:clientId/tier/overrides/:overrideId/approve', 'B', {}],
  ['POST /v1/clients/:clientId/tier/overrides/:overrideId/reject', 'B', { reason: 'x' }],
  ['POST /v1/clients/:clientId/tier/overrides/:overrideId/revoke', 'B', { reason: 'x' }],
  ['POST /v1/contacts', 'SRBC I', contact],
  ['GET /v1/contacts/:contactId', 'SRBCA'],
  ['GET /v1/follow-ups/:followUpId', 'SRBCA'],
  ['POST /v1/contacts/:contactId/amend', 'SRB', { summary: 'x' }],
  ['POST /v1/contacts/:contactId/link', 'SRBC'],
  ['POST /v1/follow-ups', 'SRB', { dueAt: '2190-01-01T00:00:00Z', purpose: 'callBack' }],
  ['POST /v1/follow-ups/:followUpId/complete', 'SRB', {}],
  ['POST /v1/complaints', 'SRBC I'],
  ['GET /v1/complaints', 'SRBCA'],
  ['GET /v1/complaints/:complaintId', 'SRBCA'],
  ['GET /v1/complaints/:complaintId/timeline', 'SRBCA'],
  ['POST /v1/complaints/:complaintId/acknowledge', 'SRBC', {}],
  ['POST /v1/complaints/:complaintId/send-final-response', 'RBC', { resolution: 'none' }],
  ['POST /v1/complaints/:complaintId/record-acceptance', 'SRBC', {}],
  ['POST /v1/complaints/:complaintId/record-dispute', 'SRBC', {}],
  ['POST /v1/complaints/:complaintId/close', 'RBC', {}],
  ['POST /v1/complaints/:complaintId/reopen', 'RBC', { reason: 'other' }],
  ['POST /v1/requests', 'SRB I'],
  ['GET /v1/requests', 'SRBCA'],
  ['GET /v1/requests/:requestId', 'SRBCA'],
  ['GET /v1/requests/:requestId/timeline', 'SRBCA'],
  ['POST /v1/requests/:requestId/start', 'SRB', {}],
  ['POST /v1/requests/:requestId/start-step', 'SRB', { step: 'x' }],
  ['POST /v1/requests/:requestId/complete-step', 'SRB', { step: 'x' }],
  ['POST /v1/requests/:requestId/ask-client', 'SRB', { question: 'x', channel: 'phone' }],
  ['POST /v1/requests/:requestId/record-client-reply', 'SRB', {}],
  ['POST /v1/requests/:requestId/complete', 'SRB', {}],
  ['POST /v1/requests/:requestId/cancel', 'SRB', { reason: 'other' }],
  ['POST /v1/requests/:requestId/reopen', 'SRB', { reason: 'other' }],
  ['POST /v1/requests/:requestId/raise-severity', 'SRB', { to: 'high' }],
  ['POST /v1/calendars', 'CN', calendarOf('MATRIX')],
  ['GET /v1/calendars', 'SRBCAN'],
  ['GET /v1/calendars/:name', 'SRBCAN'],
  ['POST /v1/calendars/:name/revise', 'CN', { changes: {}, effectiveFrom: '2026-01-01', sourceNotice: 'x' }],
  ['POST /v1/handbook/editions', 'CN', anEdition(2)],
  ['GET /v1/handbook/editions', 'SRBCAN'],
  ['GET /v1/handbook/editions/:edition', 'SRBCAN'],
  ['GET /v1/handbook/editions/:edition/page', 'SRBCAN'],
  ['GET /v1/handbook/editions/:edition/acknowledgements', 'BCAN'],
  ['POST /v1/handbook/editions/:edition/approve', 'C', {}],
  ['POST /v1/handbook/editions/:edition/publish', 'CN', {}],
  ['POST /v1/handbook/editions/:edition/retire', 'C', { at: '2026-01-01T00:00:00Z' }],
  ['POST /v1/handbook/editions/:edition/acknowledge', 'SRBCN', {}],
  ['GET /v1/handbook/presets', 'SRBCAN'],
  ['POST /v1/handbook/presets/:presetId/switch-on', 'C', { effectiveFrom: '2026-01-01T00:00:00Z', confirmation: 'x' }],
  ['POST /v1/handbook/presets/:presetId/switch-off', 'C', { at: '2026-01-01T00:00:00Z', note: 'x' }],
  ['POST /v1/clients/:clientId/handbook-deliveries', 'SRB', { edition: 1, channel: 'counter', language: 'zh' }],
  ['GET /v1/clients/:clientId/handbook-deliveries', 'SRBCA'],
  ['POST /v1/commitments/:commitmentId/extend', 'BC', { days: 1, reason: 'x' }],
  ['POST /v1/commitments/:commitmentId/request-excuse', 'SRBC', { reason: 'x' }],
  ['POST /v1/commitments/:commitmentId/approve-excuse', 'BC', { reason: 'x' }],
  ['POST /v1/commitments/:commitmentId/refuse-excuse', 'BC', { reason: 'x' }],
  ['GET /v1/requests/:requestId/commitments', 'SRBCA'],
  ['GET /v1/complaints/:complaintId/commitments', 'SRBCA'],
  ['GET /v1/clients/:clientId/commitments', 'SRBCA'],
  ['GET /v1/commitments', 'SRBCA'],
  ['GET /v1/commitments/:commitmentId', 'SRBCA'],
  ['GET /v1/commitments/:commitmentId/why', 'SRBCA'],
  ['GET /v1/service-levels/queue', 'SRBCA'],
  ['GET /v1/service-levels/live', 'SRBCA'],
  ['GET /v1/service-levels/compliance', 'RBCA'],
  ['GET /v1/service-levels/ageing', 'RBCA'],
  ['GET /v1/service-levels/complaints', 'RBCA'],
  ['POST /v1/service-levels/what-if', 'RBCA', aWhatIf],
  ['POST /v1/service-levels/rehearse', 'RBCA', { edition: anEdition(9), from: '2026-01-01', to: '2026-12-31' }],
  ['GET /v1/freshness', 'SRBCAIN'],
];

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
  const manager = await under.as('branchManager', SHANGHAI);
  const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
  const complaintId = String((await manager.post('/v1/complaints', aComplaint(clientId))).body['id']);
  const requestId = String((await manager.post('/v1/requests', aRequest(clientId))).body['id']);
  const contactId = String((await manager.post('/v1/contacts', { ...contact, clientId })).body['id']);
  const due = { clientId, dueAt: '2190-01-01T00:00:00Z', purpose: 'callBack' };
  const followUpId = String((await manager.post('/v1/follow-ups', due)).body['id']);
  const officer = await under.as('complianceOfficer', SHANGHAI, 'officer');
  await officer.post('/v1/calendars', calendarOf('DESK'));
  const admin = await under.as('admin', SHANGHAI, 'drafter');
  await admin.post('/v1/handbook/editions', anEdition(1), { version: 0 });
  await officer.post('/v1/handbook/editions/1/approve', {}, { version: 1 });
  await officer.post('/v1/handbook/editions/1/publish', {}, { version: 2 });
  const commitmentId = await aCommitment(under, { clientId, requestId });
  const tier = `/v1/clients/${clientId}/tier`;
  await manager.post(`${tier}/initialise`, { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'x' }, { version: 0 });
  const asked = await manager.post(`${tier}/request-override`, override, { version: 1 });
  ids = {
    clientId,
    complaintId,
    requestId,
    contactId,
    followUpId,
    commitmentId,
    overrideId: String(asked.body['overrideId']),
    name: 'DESK',
    edition: '1',
    presetId: 'cn-complaints',
  };
  lastPosition = String(asked.body['position']);
});
afterAll(() => under.close());

/** Calls a route about what is in Shanghai; a change names a version that nothing has, so that it changes nothing. */
function calling(caller: Caller, [route, , body]: (typeof matrix)[number]) {
  const [method, pattern] = route.split(' ') as [string, string];
  const address = pattern.replace(/:(\w+)/g, (_, name: string) => ids[name]!);
  if (address.endsWith('/live')) return glance(caller, address);
  if (method === 'GET') return caller.get(address, { 'rapport-min-position': lastPosition });
  const about: Record<string, object> = {
    '/v1/clients': { ...aClient(), branchId: SHANGHAI },
    '/v1/contacts': { ...contact, clientId: ids['clientId'] },
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
    expect([...open].sort()).toEqual([
      ...[
        'GET /contracts/what-if.schema.json',
        'GET /docs',
        'GET /docs/',
        'GET /docs/favicon-32x32.png',
        'GET /docs/start.js',
        'GET /docs/swagger-ui-bundle.js',
        'GET /docs/swagger-ui.css',
      ],
      ...['GET /health/live', 'GET /health/ready', 'GET /openapi.json', 'GET /problems', 'GET /problems/:code'],
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
      if (!allowed || firmWide.test(entry[0])) continue;
      const { status, body } = await calling(caller, entry);
      const isList = /(GET \/v1\/(clients|complaints|requests|commitments)|search|(GET|POST) \/v1\/service-levels.*)$/.test(entry[0]);
      const text = JSON.stringify(body['items'] ?? body);
      const right = isList
        ? status === 200 &&
          !Object.values(ids).some((id) => id.length === 36 && text.includes(id)) &&
          !/"(received|due|open|stopped)":[1-9]/.test(text)
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
