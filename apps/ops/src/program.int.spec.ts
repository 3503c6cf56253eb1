import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool } from '#database';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-ops-'));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

describe('npm run ops', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
    database = await createTestDatabase();
  }, 60_000);
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ops(...args: string[]): Promise<Ended> {
    const env = { ...process.env, DATABASE_URL: database.url, RAPPORT_HOME: folder, NODE_OPTIONS: '' };
    try {
      const done = await promisify(execFile)(process.execPath, [path.join(root, 'dist/apps/ops/src/main.js'), ...args], { env });
      return { code: 0, ...done };
    } catch (error) {
      return error as Ended;
    }
  }

  it('says that an unprepared database needs migrating, then migrates it, once', async () => {
    expect(await ops('status')).toMatchObject({ code: 1, stderr: expect.stringContaining('ops -- migrate') });
    expect((await ops('migrate')).stdout).toContain('event-store');
    expect((await ops('migrate')).stdout).toContain('up to date');
    expect((await ops('status')).stdout).toContain('The log is empty.');
  });

  it('verifies an untouched log, and exits with 4 on one that was edited', async () => {
    const data = path.join(root, 'apps/standalone/data/berka');
    expect((await ops('import', 'berka', data)).code).toBe(0);
    const clean = await ops('verify', '--json');
    expect(clean.code).toBe(0);
    const { events, head } = JSON.parse(clean.stdout) as { events: number; head: { position: number; seal: string } };
    expect(events).toBe(16_107);
    expect((await ops('verify', '--head', `${head.position}:${head.seal}`)).code).toBe(0);

    const pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
    await pool.query('ALTER TABLE log.events DISABLE TRIGGER ALL');
    await pool.query(`UPDATE log.events SET data = data || ' ' WHERE position = (SELECT max(position) FROM log.events)`);
    await pool.query('ALTER TABLE log.events ENABLE TRIGGER ALL');
    await pool.end();
    expect(await ops('verify')).toMatchObject({ code: 4, stdout: expect.stringContaining('seal-differs') });
  }, 90_000);

  it('says where the read models are in business words', async () => {
    const { stdout } = await ops('status');
    expect(stdout).toContain('The log holds 16107 events');
    expect(stdout).toContain('Read model timeline: up to date');
    expect((await ops('parked', 'list')).stdout).toContain('nothing is parked');
  });

  it('issues tokens for roles that there are', async () => {
    expect((await ops('token', '--role', 'auditor')).stdout).toMatch(/^eyJ/);
    expect(await ops('token', '--role', 'king')).toMatchObject({ code: 2, stderr: expect.stringContaining('the roles are') });
    expect(await ops('token', '--role', 'branchManager')).toMatchObject({ code: 2, stderr: expect.stringContaining('names a branch') });
  });

  it('tells how it is used', async () => {
    expect((await ops('--help')).stdout).toContain('verify');
    expect((await ops('fly')).code).toBe(2);
    expect(await ops('what-if', 'one.json', 'two.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('too many arguments') });
  });
});
