import { afterEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.js';
import { createPool } from './pool.js';

const started: EmbeddedPostgres[] = [];
const folders: string[] = [];

async function start(options?: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(options);
  started.push(postgres);
  return postgres;
}

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-spec-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const pool = createPool({ url, max: 1, applicationName: 'spec' });
  try {
    return (await pool.query<Record<string, unknown>>(text)).rows;
  } finally {
    await pool.end();
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; !condition(); attempt++) {
    if (attempt === 600) throw new Error('it did not happen within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('embedded PostgreSQL', () => {
  it('keeps data between starts, asks for its password, and is durable and UTF-8', async () => {
    const dataDir = path.join(newFolder(), 'data');
    const first = await start({ dataDir });
    await query(first.url, `CREATE TABLE kept AS SELECT '证券' AS name`);
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start({ dataDir });
    expect(second).toMatchObject({ dataDir, relocated: false });
    expect(await query(second.url, 'SELECT name FROM kept')).toEqual([{ name: '证券' }]);
    expect(await query(second.url, `SELECT current_setting('fsync') f, current_setting('server_encoding') e`)).toEqual([
      { f: 'on', e: 'UTF8' },
    ]);
    const open = new URL(second.url);
    open.password = 'guess';
    await expect(query(open.href, 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('deletes an ephemeral cluster at stop', async () => {
    const postgres = await start();
    expect(existsSync(postgres.dataDir)).toBe(true);
    await postgres.stop();
    expect(existsSync(postgres.dataDir)).toBe(false);
  });

  it('refuses a data folder that another process uses, and the first goes on', async () => {
    const dataDir = path.join(newFolder(), 'data');
    const both = await Promise.allSettled([start({ dataDir }), start({ dataDir })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [refused] = both.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(String(refused!.reason)).toMatch(/in use by another process/);
    expect(await query(started[0]!.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts again after server and guard were killed, and after the server’s process id went to another program', async () => {
    const dataDir = path.join(newFolder(), 'data');
    const first = await start({ dataDir });
    const guard = Number(
      readFileSync(`/proc/${first.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
    );
    process.kill(guard, 'SIGKILL'); // now PostgreSQL is an orphan
    const second = await start({ dataDir });
    expect(isAlive(first.pid)).toBe(false);
    process.kill(second.pid, 'SIGKILL');
    await until(() => !isAlive(second.pid));
    const pidFile = path.join(dataDir, 'postmaster.pid');
    const bystander = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore', ...accountOf(dataDir) });
    try {
      writeFileSync(pidFile, [bystander.pid, ...readFileSync(pidFile, 'utf8').split('\n').slice(1)].join('\n'));
      await start({ dataDir });
      expect(isAlive(bystander.pid!)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  it.each([0, 60, 300, 1500])('leaves nothing behind when its owner is killed %i ms after asking for it', async (delayMs) => {
    const area = newFolder();
    chmodSync(area, 0o777);
    const owner = spawn(process.execPath, ['--input-type=module', '-e', await ownerProgram()], {
      env: { ...process.env, TMPDIR: area },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data'); // it is about to start one
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    owner.kill('SIGKILL');
    await until(() => readdirSync(area).length === 0 && !isMentioned(area));
  });

  const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
  itAsRoot('puts the data into the temp area where the account of PostgreSQL cannot reach it, says so, and finds it again', async () => {
    const closed = newFolder();
    chmodSync(closed, 0o700);
    const notices: string[] = [];
    const options = { dataDir: path.join(closed, 'data'), onNotice: (sentence: string) => notices.push(sentence) };
    const first = await start(options);
    folders.push(first.dataDir);
    expect(first.relocated).toBe(true);
    expect(notices).toEqual([expect.stringContaining(first.dataDir)]);
    await query(first.url, 'CREATE TABLE kept ()');
    await first.stop();
    const second = await start(options);
    expect(second.dataDir).toBe(first.dataDir);
    expect(await query(second.url, `SELECT to_regclass('kept') IS NOT NULL AS found`)).toEqual([{ found: true }]);
  });

  it('starts under a watching Node, whose children report what they import', async () => {
    process.env.WATCH_REPORT_DEPENDENCIES = '1';
    try {
      const postgres = await startEmbeddedPostgres();
      expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await postgres.stop();
      await postgres.ended;
    } finally {
      delete process.env.WATCH_REPORT_DEPENDENCIES;
    }
  });
});

function isMentioned(text: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(text);
}

function accountOf(file: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = execFileSync('stat', ['-c', '%u %g', file], { encoding: 'utf8' }).split(' ').map(Number);
  return { uid, gid };
}

/** A program that starts an ephemeral cluster, made of the sources as Jest's set-up does. */
async function ownerProgram(): Promise<string> {
  const { transform } = await import('@swc/core');
  const folder = path.resolve('node_modules/.cache/rapport-test-setup/owner');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['postgres-guard', 'embedded-postgres']) {
    const source = readFileSync(path.resolve(`libs/database/src/${name}.ts`), 'utf8');
    const { code } = await transform(source, { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } });
    writeFileSync(path.join(folder, `${name}.js`), code);
  }
  return `import { startEmbeddedPostgres } from '${folder}/embedded-postgres.js';
    console.log('asking'); startEmbeddedPostgres(); setTimeout(() => {}, 60000);`;
}
