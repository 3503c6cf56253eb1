import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LocalIssuer } from '#access';
import { eventRegistry, timekeepingMigrations } from '#application';
import { createPool, type Database, type Migration } from '#database';
import { eventFeedMigrations, PostgresFeed } from '#event-feed';
import { newId } from '#event-sourcing';
import { eventStoreMigrations, LogReader } from '#event-store';
import { ClientKeys, MasterKeys, privacyMigrations } from '#privacy';
import {
  allProjections,
  digestOf,
  firstGenerationMigrations,
  projectionIds,
  ProjectionRunner,
  readModelMigrations,
  ReadModelPositions,
  readModelRunnerMigrations,
  type TableDigest,
} from '#read-models';
import { aClient, aComplaint, type Answer, aRequest, Caller, SHANGHAI } from './support/api.js';
import { freePort } from './support/free-port.js';
import { describeWithKafka, testTopic } from './support/kafka.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

jest.setTimeout(180_000);
const ROOT = path.resolve(import.meta.dirname, '..');
const FIRM_ZONE = 'Asia/Shanghai';
const COMMANDS = 400;
const CALLERS = 8;
const migrations: readonly Migration[] = [
  ...eventStoreMigrations,
  ...privacyMigrations,
  ...eventFeedMigrations,
  ...readModelRunnerMigrations,
  ...readModelMigrations,
  ...timekeepingMigrations,
  ...firstGenerationMigrations,
];

describeWithKafka('api, relay, projector and timekeeper as processes, over PostgreSQL and Kafka', () => {
  let database: TestDatabase | undefined;
  let folder: string | undefined;
  let url: string;
  let env: NodeJS.ProcessEnv;
  let caller: Caller;
  let drafter: Caller;
  let approver: Caller;
  const children = new Map<string, ChildProcess>();

  beforeAll(async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' });
    database = await createTestDatabase(migrations);
    url = database.url;
    folder = await mkdtemp(path.join(tmpdir(), 'rapport-processes-'));
    const masterKeyFile = path.join(folder, 'master-keys.json');
    MasterKeys.loadOrCreate(masterKeyFile);
    const issuer = await LocalIssuer.open(path.join(folder, 'issuer'));
    const { issuer: name, audience, jwks } = issuer.settings;
    const port = String(await freePort());
    env = {
      ...process.env,
      NODE_OPTIONS: '',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'fatal',
      DATABASE_URL: url,
      KAFKA_BROKERS: process.env.RAPPORT_TEST_KAFKA,
      KAFKA_TOPIC: testTopic('processes'),
      MASTER_KEY_FILE: masterKeyFile,
      FIRM_ZONE,
      TOKEN_ISSUER: name,
      TOKEN_AUDIENCE: audience,
      TOKEN_JWKS: (jwks as { file: string }).file,
      RATE_LIMIT_PER_MINUTE: '1000000',
      PORT: port,
    };
    const token = await issuer.issueToken({ subject: 'loader', role: 'branchManager', branch: SHANGHAI, ttlSeconds: 3600 });
    const officer = async (subject: string): Promise<Caller> =>
      new Caller(`http://127.0.0.1:${port}`, `Bearer ${await issuer.issueToken({ subject, role: 'complianceOfficer', ttlSeconds: 3600 })}`);
    [drafter, approver] = [await officer('lin'), await officer('zhao')];
    caller = new Caller(`http://127.0.0.1:${port}`, `Bearer ${token}`);
  });
  afterAll(async () => {
    await Promise.all([...children.keys()].map(kill));
    await database?.drop();
    if (folder) await rm(folder, { recursive: true });
  });

  const start = (app: string): void => {
    children.set(
      app,
      spawn(process.execPath, [`dist/apps/${app}/src/main.js`], { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] }),
    );
  };
  const kill = async (app: string): Promise<void> => {
    const child = children.get(app);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  /** One promise for every request, so that the timekeeper has something to say. */
  async function publishRules(): Promise<void> {
    const windows = [['09:00', '17:00']];
    const calendar = { zone: FIRM_ZONE, week: { mon: windows, tue: windows, wed: windows, thu: windows, fri: windows } };
    const promise = {
      id: 'resolution',
      metric: 'resolution',
      calendar: 'DESK',
      target: { kind: 'businessMinutes', minutes: 60 },
      warnings: [50],
    };
    const appliesTo = { process: ['accountOpening', 'trading', 'settlement', 'other'] };
    const edition = { edition: 1, effectiveFrom: '2020-01-01T00:00:00+08:00', effectiveTo: null, promises: [{ ...promise, appliesTo }] };
    await command('/v1/calendars', { name: 'DESK', calendar, effectiveFrom: '2020-01-01', sourceNotice: 'test' }, { by: drafter });
    await command('/v1/handbook/editions', edition, { by: drafter, version: 0 });
    await command('/v1/handbook/editions/1/approve', {}, { by: approver, version: 1 });
    await command('/v1/handbook/editions/1/publish', {}, { by: approver, version: 2 });
  }

  /** Asks until it is answered, under one Idempotency-Key: what a client does when the line or the server breaks. */
  async function command(
    address: string,
    body: unknown,
    { by = caller, version }: { by?: Caller; version?: number } = {},
  ): Promise<Answer> {
    const key = newId();
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await by.post(address, body, { key, ...(version !== undefined && { version }) }).catch(() => undefined);
      if (answer && answer.status !== 503) return answer;
      if (Date.now() > deadline) throw new Error(`${address} was never answered`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('each killed once in the middle of a load, end with every answered command in effect once and read models that are the fold of the log', async () => {
    for (const app of ['api', 'relay', 'projector', 'timekeeper']) start(app);
    const acknowledged: Record<string, number> = {};
    const positions = new Set<number>();
    await publishRules();
    let answered = 0;
    const work = async (): Promise<void> => {
      for (let done = 0; done < COMMANDS / CALLERS / 5; done++) {
        const registered = await command('/v1/clients', aClient());
        const { id: clientId } = registered.body;
        const contact = { clientId, channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-03-11T09:00:00+08:00' };
        const answers = [registered, await command('/v1/contacts', contact), await command('/v1/requests', aRequest(clientId))];
        const { id: requestId } = answers[2]!.body;
        answers.push(await command('/v1/contacts', { ...contact, direction: 'outbound', requestId }));
        answers.push(await command('/v1/complaints', aComplaint(clientId)));
        for (const { status, body } of answers) {
          expect({ status, body }).toMatchObject({ status: 201 });
          for (const type of body['events'] as string[]) acknowledged[type] = (acknowledged[type] ?? 0) + 1;
          positions.add(body['position'] as number);
          answered++;
        }
      }
    };
    const load = Promise.all(Array.from({ length: CALLERS }, work));
    for (const [app, share] of [
      ['relay', 0.2],
      ['timekeeper', 0.3],
      ['projector', 0.45],
      ['api', 0.7],
    ] as const) {
      await Promise.race([load, until(() => answered >= COMMANDS * share)]);
      await kill(app);
      start(app);
    }
    await load;
    expect(answered).toBe(COMMANDS);

    const owner = createPool({ url, max: 2, applicationName: 'checker' });
    const { rows: stored } = await owner.query<{ type: string; events: number }>(
      "SELECT type, count(*)::int AS events FROM log.events WHERE stream_kind NOT IN ('commitment', 'calendar', 'handbook') GROUP BY type",
    );
    expect(Object.fromEntries(stored.map(({ type, events }) => [type, events]))).toEqual(acknowledged);
    expect(positions.size).toBe(COMMANDS);
    const end = await timeKept(owner);
    const { rows: promised } = await owner.query<{ started: number; streams: number }>(
      "SELECT count(*)::int AS started, count(DISTINCT stream_id)::int AS streams FROM log.events WHERE type = 'CommitmentStarted'",
    );
    expect(promised[0]).toEqual({ started: acknowledged['RequestReceived'], streams: acknowledged['RequestReceived'] });
    await everyModelAt(url, end);

    const rebuilt = await rebuild(end);
    expect(await digestsOf(url)).toEqual(await digestsOf(rebuilt.url));
    await rebuilt.drop();
    const { rows: counts } = await owner.query(
      'SELECT (SELECT count(*) FROM read.client_files)::int AS clients, (SELECT count(*) FROM read.timeline WHERE type = $1)::int AS contacts',
      ['ContactLogged'],
    );
    expect(counts).toEqual([{ clients: acknowledged['ClientRegistered'], contacts: acknowledged['ContactLogged'] }]);
    await owner.end();
  });

  /** The same projections over the log from its beginning, into another database, in this process. */
  async function rebuild(end: number): Promise<TestDatabase> {
    const other = await createTestDatabase(migrations);
    const log = createPool({ url, applicationName: 'rebuild' });
    const pool = createPool({ url: other.url, role: 'rapport_projector', applicationName: 'rebuild' });
    const master = MasterKeys.load(env.MASTER_KEY_FILE!);
    const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(log, master), master, firmZone: FIRM_ZONE });
    const reader = new LogReader(log);
    const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
    const stopping = new AbortController();
    const running = new PostgresFeed({ pool, group: 'rebuild', reader }).run(runner, stopping.signal);
    await everyModelAt(other.url, end);
    stopping.abort();
    await running;
    await runner.close();
    await Promise.all([log.end(), pool.end()]);
    return other;
  }
});

/** Answers the log's end, once the timekeeper has answered all of it and nothing is due. */
async function timeKept(owner: Database): Promise<number> {
  let head = 0;
  let still = 0;
  await until(async () => {
    const { rows } = await owner.query<{ position: number; head: number; due: number }>(
      `SELECT (SELECT position FROM timekeeper.progress) AS position, (SELECT max(last_position) FROM log.seals) AS head,
              (SELECT count(*)::int FROM timekeeper.cases WHERE wake_at <= now()) AS due`,
    );
    const [now] = rows;
    still = now!.position === now!.head && now!.due === 0 && now!.head === head ? still + 1 : 0;
    head = now!.head;
    return still > 20;
  });
  return head;
}

/** Rejects where a model does not get there within 60 s, or parked anything on the way. */
async function everyModelAt(url: string, position: number): Promise<void> {
  const pool = createPool({ url, max: 2, applicationName: 'checker' });
  try {
    const positions = new ReadModelPositions(pool);
    await until(async () => (await pool.query('SELECT FROM read.checkpoints LIMIT 1')).rowCount === 1);
    const { rows } = await pool.query<{ name: string; version: number }>(
      'SELECT DISTINCT projection AS name, version FROM read.checkpoints',
    );
    for (const model of rows) expect([model.name, await positions.waitFor(model, position, 60_000)]).toEqual([model.name, true]);
    expect((await pool.query('SELECT * FROM read.parked')).rows).toEqual([]);
  } finally {
    await pool.end();
  }
}

/** Of every read model's tables: rows, and a digest over all of them. */
async function digestsOf(url: string): Promise<TableDigest[]> {
  const pool = createPool({ url, max: 2, applicationName: 'checker' });
  try {
    const digests: TableDigest[] = [];
    for (const model of Object.values(projectionIds)) digests.push(...(await digestOf(pool, model)));
    return digests;
  } finally {
    await pool.end();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
