import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '..');
const env = { PATH: process.env.PATH, LOG_LEVEL: 'info' };

beforeAll(() => void execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: ROOT, stdio: 'pipe' }));

describe('a process', () => {
  it.each([
    ['never', 1, 'did not stop in time'],
    ['badly', 1, 'did not stop cleanly'],
    ['well', 0, 'stopped'],
  ])('that stops %s ends all the same, with code %i, and says how it went', async (how, code, says) => {
    const child = spawn(process.execPath, ['dist/test/support/stubborn-process.js', how], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk);
      if (said.includes('is up') && !said.includes('stopping')) child.kill('SIGTERM');
    });
    const [ended] = await once(child, 'close');
    expect([ended, said]).toEqual([code, expect.stringContaining(says)]);
  });

  it('that meets an error which nobody awaited ends with code 1, and says in its log what it was', async () => {
    const child = spawn(process.execPath, ['dist/test/support/stubborn-process.js', 'unheard'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    const [ended] = await once(child, 'close');
    const last = JSON.parse(said.trim().split('\n').at(-1)!) as Record<string, unknown>;
    expect([ended, last]).toMatchObject([1, { level: 'fatal', origin: 'unhandledRejection', error: 'Error: nobody awaits this' }]);
  });

  it('that is not configured names everything that is missing, and ends with code 2', () => {
    const run = (app: string): string => {
      try {
        execFileSync(process.execPath, [`dist/apps/${app}/src/main.js`], {
          cwd: ROOT,
          env: { ...env, OPERATIONS_PORT: '0' },
          stdio: 'pipe',
        });
        return 'it started';
      } catch (error) {
        const { status, stderr } = error as { status: number; stderr: Buffer };
        return `${status} ${String(stderr)}`;
      }
    };
    expect(run('api')).toMatch(
      /^2 .*DATABASE_URL is not set; MASTER_KEY_FILE is not set; TOKEN_ISSUER is not set; TOKEN_AUDIENCE is not set; TOKEN_JWKS is not set/,
    );
    expect(run('bridge')).toMatch(/^2 .*DATABASE_URL is not set; MASTER_KEY_FILE is not set; KAFKA_BROKERS is not set/);
  });
});
