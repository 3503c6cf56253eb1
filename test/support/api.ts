import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { LocalIssuer, type Role } from '#access';
import { eventRegistry } from '#application';
import { startTimekeeping, type Timekeeping, timekeepingMigrations } from '#timekeeping';
import { backOfficeMigrations } from '#bridge';
import { createPool, type Database } from '#database';
import { eventFeedMigrations, PostgresFeed } from '#event-feed';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { ClientKeys, MasterKeys, privacyMigrations } from '#privacy';
import { allProjections, laterReadModelMigrations, openReadDatabase, readModelMigrations } from '#read-models';
import { firstGenerationMigrations, ProjectionRunner, ReadModelPositions, readModelRunnerMigrations } from '#projections';
import { tieringMigrations } from '#tiering';
import { type ApiOptions, createApi, type RunningApi } from '../../apps/api/src/index.js';
import { type Answer, Caller, SHANGHAI } from './caller.js';
import { letSpeak, SEEN } from './seen-sources.js';
import { createTestDatabase } from './postgres.js';

export * from './caller.js';

export interface ApiUnderTest {
  api: RunningApi;
  /** What it was started with, to start another beside it. */
  parts: ApiOptions;
  issuer: LocalIssuer;
  store: EventStore;
  /** The database's owner. */
  owner: Database;
  /** Its URL. */
  url: string;
  /** Reads what the projector may. */
  reader: LogReader;
  masterKeyFile: string;
  /** Events in the log. */
  eventCount(): Promise<number>;
  as(role: Role, branch?: string, subject?: string, ttlSeconds?: number): Promise<Caller>;
  /** Waits until the timekeeper has taken the whole log in, nothing is due, and the read models have followed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface UnderTestOptions extends Pick<ApiOptions, 'rateLimitPerMinute' | 'trustedProxies'> {
  /** With a timekeeper beside it. */
  timekeeping?: boolean;
}

/** The API on a database of its own, with the projections on the PostgreSQL feed. */
export async function startApiUnderTest({ timekeeping = false, ...options }: UnderTestOptions = {}): Promise<ApiUnderTest> {
  const migrations = [
    ...eventStoreMigrations,
    ...privacyMigrations,
    ...eventFeedMigrations,
    ...timekeepingMigrations,
    ...readModelRunnerMigrations,
    ...readModelMigrations,
    ...tieringMigrations,
    ...backOfficeMigrations,
    ...firstGenerationMigrations,
    ...laterReadModelMigrations,
  ];
  const database = await createTestDatabase(migrations);
  const { url } = database;
  const folder = await mkdtemp(path.join(tmpdir(), 'rapport-api-'));
  const apiPool = createPool({ url, role: 'rapport_api', applicationName: 'api under test' });
  const inboxPool = createPool({ url, role: 'rapport_api', max: 4, applicationName: 'inbox of the api under test' });
  const projectorPool = createPool({ url, role: 'rapport_projector', applicationName: 'projector under test' });
  const owner = createPool({ url, max: 2, applicationName: 'owner' });
  await letSpeak(owner, ...SEEN);
  const master = MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
  const issuer = await LocalIssuer.open(path.join(folder, 'issuer'));
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'store under test' });
  const reads = await openReadDatabase({ url, role: 'rapport_api' });
  const reader = new LogReader(projectorPool);
  const projections = allProjections({
    registry: eventRegistry,
    keys: new ClientKeys(projectorPool, master),
    master,
    firmZone: 'Asia/Shanghai',
  });
  const runner = new ProjectionRunner({ pool: projectorPool, store: reader, registry: eventRegistry, projections });
  const stopping = new AbortController();
  const feed = new PostgresFeed({ pool: projectorPool, group: 'test', reader, pollMs: 10 });
  const running = feed.run(runner, stopping.signal);
  const positions = new ReadModelPositions(apiPool);
  const keeping = timekeeping ? await startTimekeeping({ url, firmZone: 'Asia/Shanghai', pollMs: 10 }) : undefined;
  const parts: ApiOptions = {
    store,
    database: inboxPool,
    keys: new ClientKeys(apiPool, master),
    master,
    reads,
    positions,
    authentication: issuer.settings,
    rateLimitPerMinute: 1_000_000,
    livePollMs: 10,
    ...options,
  };
  const api = await createApi(parts);
  return {
    api,
    parts,
    issuer,
    store,
    owner,
    url,
    reader,
    masterKeyFile: path.join(folder, 'master-keys.json'),
    async eventCount() {
      const { rows } = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM log.events');
      return rows[0]!.count;
    },
    async as(role, branch = SHANGHAI, subject = `${role}.${branch}`, ttlSeconds = 3600) {
      return new Caller(api.url, `Bearer ${await issuer.issueToken({ subject, role, branch, ttlSeconds })}`);
    },
    async settled() {
      if (keeping) await caughtUp(keeping, store, owner);
      const { position } = await store.head();
      const waits = projections.map((projection) => positions.waitFor(projection, position, 10_000));
      if ((await Promise.all(waits)).includes(false)) throw new Error('the read models do not follow');
    },
    async close() {
      await api.close();
      await keeping?.stop();
      stopping.abort();
      await running;
      await runner.close();
      await reads.close();
      await store.close();
      await Promise.all([apiPool, inboxPool, projectorPool, owner].map((pool) => pool.end()));
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

const STILL_MS = 100;

async function caughtUp({ timekeeper }: Timekeeping, store: EventStore, owner: Database): Promise<void> {
  for (let stillMs = 0, last = ''; stillMs < STILL_MS;) {
    const { position } = await store.head();
    const { rows } = await owner.query<{ due: number }>('SELECT count(*)::int AS due FROM timekeeper.cases WHERE wake_at <= now()');
    const mark = `${position} ${timekeeper.position} ${rows[0]!.due}`;
    stillMs = mark === last && timekeeper.position === position && rows[0]!.due === 0 ? stillMs + 20 : 0;
    last = mark;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A problem as published: known members, a page, no word of what is inside. */
export function problem({ status, headers, body }: Answer): { status: number; code: unknown; errors: unknown } {
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({ type: `/problems/${String(body['code'])}`, status, title: expect.any(String), detail: expect.any(String) });
  expect(body['traceId']).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(body)).not.toMatch(/SELECT|INSERT|\.ts:|node_modules|127\.0\.0\.1|postgres|王芳|310101/);
  return { status, code: body['code'], errors: body['errors'] };
}

/** A refusal of one field. */
export const fieldFault = (pointer: string, code: string) => ({ status: 400, code: 'invalid-request', errors: [{ pointer, code }] });
