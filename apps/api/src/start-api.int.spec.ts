import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LocalIssuer } from '#access';
import { createPool } from '#database';
import { eventFeedMigrations } from '#event-feed';
import { eventStoreMigrations } from '#event-store';
import { MasterKeys, privacyMigrations } from '#privacy';
import { readModelMigrations } from '#read-models';
import { readModelRunnerMigrations } from '#projections';
import { aClient, Caller, problem, SHANGHAI } from '../../../test/support/api.js';
import { FaultProxy } from '../../../test/support/fault-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { apiConfig } from './config.js';
import type { RunningApi } from './create-api.js';
import { startApi } from './start-api.js';

jest.setTimeout(120_000);

let folder: string;
let database: TestDatabase;
let line: FaultProxy;
let env: NodeJS.ProcessEnv;
let api: RunningApi;
let manager: Caller;
beforeAll(async () => {
  database = await createTestDatabase([
    ...eventStoreMigrations,
    ...privacyMigrations,
    ...eventFeedMigrations,
    ...readModelRunnerMigrations,
    ...readModelMigrations,
  ]);
  line = await FaultProxy.before(database.url);
  folder = await mkdtemp(path.join(tmpdir(), 'rapport-start-'));
  const issuer = await LocalIssuer.open(folder);
  const { jwks } = issuer.settings;
  MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
  env = {
    DATABASE_URL: line.through(database.url),
    MASTER_KEY_FILE: path.join(folder, 'master-keys.json'),
    TOKEN_ISSUER: issuer.settings.issuer,
    TOKEN_AUDIENCE: issuer.settings.audience,
    TOKEN_JWKS: 'file' in jwks ? jwks.file : jwks.url,
    PORT: '0',
  };
  api = await startApi(apiConfig(env));
  manager = new Caller(
    api.url,
    `Bearer ${await issuer.issueToken({ subject: 'm', role: 'branchManager', branch: SHANGHAI, ttlSeconds: 600 })}`,
  );
});
afterAll(async () => {
  await api.close();
  await line.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function eventCount(): Promise<number> {
  const owner = createPool({ url: database.url, max: 1, applicationName: 'owner' });
  const { rows } = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM log.events');
  await owner.end();
  return rows[0]!.count;
}

describe('the API as a process of its own', () => {
  test('takes commands on its configuration alone', async () => {
    expect((await manager.post('/v1/clients', aClient())).status).toBe(201);
    expect(await new Caller(api.url, '').get('/health/ready')).toMatchObject({ status: 200 });
  });

  test('answers 503 while the database is away, appends nothing, and works again afterwards', async () => {
    const before = await eventCount();
    const body = aClient();
    line.down = true;
    const probe = new Caller(api.url, '');
    const answers = [
      await manager.post('/v1/clients', body, { key: 'kept' }),
      await manager.get('/v1/clients'),
      await probe.get('/health/ready'),
    ];
    for (const answer of answers) {
      expect(problem(answer)).toMatchObject({ status: 503 });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await probe.get('/health/live')).status).toBe(200);
    expect(await eventCount()).toBe(before);
    line.down = false;
    expect((await manager.post('/v1/clients', body, { key: 'kept' })).status).toBe(201);
    expect((await manager.get('/v1/clients')).status).toBe(200);
    expect((await probe.get('/health/ready')).status).toBe(200);
  });

  test('that loses the answer of an append finds out what became of it, or says that it does not know', async () => {
    const body = aClient();
    const before = await eventCount();
    line.losing = 1;
    const first = await manager.post('/v1/clients', body, { key: 'lost' });
    expect([201, 503]).toContain(first.status);
    const repeat = await manager.post('/v1/clients', body, { key: 'lost' });
    expect(repeat.status).toBe(201);
    expect(await eventCount()).toBe(before + 1);
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['MASTER_KEY_FILE', { MASTER_KEY_FILE: undefined }],
    ['TOKEN_ISSUER', { TOKEN_ISSUER: undefined }],
    ['TOKEN_ALGORITHMS', { TOKEN_ALGORITHMS: 'ES256,HS256' }],
    ['TOKEN_ALGORITHMS', { TOKEN_ALGORITHMS: 'none' }],
    ['PORT', { PORT: '70000' }],
    ['RATE_LIMIT_PER_MINUTE', { RATE_LIMIT_PER_MINUTE: 'many' }],
    ['FIRM_ZONE', { FIRM_ZONE: 'Shanghai' }],
  ])('does not start without a good %s', (name, wrong) => {
    expect(() => apiConfig({ ...env, ...wrong })).toThrow(name);
  });

  test('does not start with master keys or a key set that are none', async () => {
    const broken = path.join(folder, 'broken.json');
    writeFileSync(broken, '{}');
    await expect(startApi(apiConfig({ ...env, MASTER_KEY_FILE: broken }))).rejects.toThrow('not a master key file');
    await expect(startApi(apiConfig({ ...env, TOKEN_JWKS: broken }))).rejects.toThrow('holds no key');
  });
});
