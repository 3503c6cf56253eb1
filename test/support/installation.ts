import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalIssuer, type Role } from '#access';
import type { Migration } from '#database';
import { MasterKeys } from '#privacy';
import { allMigrations } from '../../apps/ops/src/migrations.js';
import { Caller, SHANGHAI } from './api.js';
import { freePort } from './free-port.js';
import { testTopic } from './kafka.js';
import { createTestDatabase, type TestDatabase } from './postgres.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const UP_WITHIN_MS = 60_000;
const ENDING_MS = 1_000;

/** An app as a process of its own. */
export interface AppProcess {
  child: ChildProcess;
  /** What it has logged so far, a line each. */
  lines: Record<string, unknown>[];
  /** Where operations ask it, once it is up. Rejects where it ends before. */
  operations: Promise<string>;
  /** Resolves with its exit code, null where a signal ended it. */
  ended: Promise<number | null>;
  /** Asks its operations server. Rejects where it has ended, with what it said last. */
  ask(path: string): Promise<Response>;
  /** Ends it with a signal and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** A database, keys, a topic and an issuer, and the apps as processes over them: as somebody would run it without Docker. */
export interface ProcessInstallation {
  database: TestDatabase;
  env: NodeJS.ProcessEnv;
  apiUrl: string;
  start(app: string, more?: NodeJS.ProcessEnv): AppProcess;
  as(role: Role, subject?: string, branch?: string): Promise<Caller>;
  close(): Promise<void>;
}

export async function installProcesses(name: string, migrations: readonly Migration[] = allMigrations): Promise<ProcessInstallation> {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' });
  const database = await createTestDatabase(migrations);
  const folder = await mkdtemp(path.join(tmpdir(), `rapport-${name}-`));
  const masterKeyFile = path.join(folder, 'master-keys.json');
  MasterKeys.loadOrCreate(masterKeyFile);
  const issuer = await LocalIssuer.open(path.join(folder, 'issuer'));
  const { issuer: iss, audience, jwks } = issuer.settings;
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: '',
    LOG_LEVEL: 'info',
    DATABASE_URL: database.url,
    KAFKA_BROKERS: process.env.RAPPORT_TEST_KAFKA,
    KAFKA_TOPIC: testTopic(name),
    BACK_OFFICE_TOPIC: testTopic(`${name}-back-office`),
    TIER_CHANGES_TOPIC: testTopic(`${name}-tier-changes`),
    BACK_OFFICE_GROUP: testTopic(`${name}-bridge`),
    MASTER_KEY_FILE: masterKeyFile,
    FIRM_ZONE: 'Asia/Shanghai',
    TOKEN_ISSUER: iss,
    TOKEN_AUDIENCE: audience,
    TOKEN_JWKS: (jwks as { file: string }).file,
    RATE_LIMIT_PER_MINUTE: '1000000',
    PORT: String(port),
    OPERATIONS_PORT: '0',
  };
  const apiUrl = `http://127.0.0.1:${port}`;
  const started: AppProcess[] = [];
  return {
    database,
    env,
    apiUrl,
    start(app, more = {}) {
      const one = startApp(app, { ...env, ...more });
      started.push(one);
      return one;
    },
    async as(role, subject = role, branch = SHANGHAI) {
      return new Caller(apiUrl, `Bearer ${await issuer.issueToken({ subject, role, branch, ttlSeconds: 3600 })}`);
    },
    async close() {
      await Promise.all(started.map((one) => one.end('SIGKILL')));
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

function startApp(app: string, env: NodeJS.ProcessEnv): AppProcess {
  const child = spawn(process.execPath, [`dist/apps/${app}/src/main.js`], { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: Record<string, unknown>[] = [];
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const operations = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const logged = loggedIn(line);
      lines.push(logged);
      if (typeof logged['operations'] === 'string') resolve(logged['operations']);
    });
    void ended.then((code) => reject(new Error(`${app} ended with ${code}: ${JSON.stringify(lines.at(-1))}`)));
    setTimeout(() => reject(new Error(`${app} is not up: ${JSON.stringify(lines.at(-1))}`)), UP_WITHIN_MS).unref();
  });
  operations.catch(() => undefined); // whoever awaits it is told
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  const ask = async (path: string): Promise<Response> => {
    const url = `${await operations}${path}`;
    try {
      return await fetch(url, { headers: { connection: 'close' } });
    } catch (cause) {
      const code = await Promise.race([ended, sleep(ENDING_MS, 'goes on')]);
      throw new Error(`${app} ${path}: ${code}; ${JSON.stringify(lines.slice(-3))}`, { cause });
    }
  };
  return { child, lines, operations, ended, ask, end };
}

function loggedIn(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { text: line };
  }
}

/** Waits until something holds; rejects after a minute, saying what never did. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
