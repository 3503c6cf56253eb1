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
    const child = spawn(process.execPath, ['dist/test/support/stubborn-process.js'], {
      cwd: ROOT,
      env: { ...env, STUBBORN: how },
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
    const child = spawn(process.execPath, ['dist/test/support/stubborn-process.js'], {
      cwd: ROOT,
      env: { ...env, STUBBORN: 'unheard' },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    const [ended] = await once(child, 'close');
    const last = JSON.parse(said.trim().split('\n').at(-1)!) as Record<string, unknown>;
    expect([ended, last]).toMatchObject([1, { level: 'fatal', origin: 'unhandledRejection', error: 'Error: nobody awaits this' }]);
  });

  const runApp = (app: string, more: NodeJS.ProcessEnv = {}, args: string[] = []): { status: number; stderr: string } => {
    try {
      execFileSync(process.execPath, [`dist/apps/${app}/src/main.js`, ...args], {
        cwd: ROOT,
        stdio: 'pipe',
        encoding: 'utf8',
        timeout: 30_000,
        env: { ...env, OPERATIONS_PORT: '0', ...more },
      });
      return { status: 0, stderr: 'it started' };
    } catch (error) {
      return error as { status: number; stderr: string };
    }
  };

  it('that is not configured names everything that is missing, and ends with code 2', () => {
    const error = (app: string) => (JSON.parse(runApp(app).stderr) as { error: string }).error;
    expect(runApp('api').status).toBe(2);
    expect(error('api')).toBe(
      'DATABASE_URL is not set; MASTER_KEY_FILE is not set; TOKEN_ISSUER is not set; TOKEN_AUDIENCE is not set; TOKEN_JWKS is not set',
    );
    expect(error('bridge')).toBe('DATABASE_URL is not set; MASTER_KEY_FILE is not set; KAFKA_BROKERS is not set');
  });

  describe('that a person has started with npm run, and that cannot start, says why in sentences', () => {
    const person = { npm_lifecycle_event: 'start:relay' };
    const away = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };

    it.each<[string, string, NodeJS.ProcessEnv, string[], RegExp]>([
      ['what is not set', 'relay', {}, [], /DATABASE_URL is not set\n {2}KAFKA_BROKERS is not set\n/],
      [
        'what is no address',
        'relay',
        { DATABASE_URL: 'nonsense', KAFKA_BROKERS: 'nonsense' },
        [],
        /DATABASE_URL is no URL .*\n.* host:port/,
      ],
      ['a wrong port', 'timekeeper', { ...away, OPERATIONS_PORT: '99999' }, [], /OPERATIONS_PORT is not a whole number up to 65535/],
      ['a wrong log level', 'timekeeper', { ...away, LOG_LEVEL: 'loud' }, [], /LOG_LEVEL is one of trace, debug, info, warn, error, fatal/],
      ['a server that is away', 'timekeeper', away, [], /nothing answers at 127\.0\.0\.1:1/],
      ['an argument', 'projector', {}, ['--port', '1'], /it takes no arguments, and was given --port 1/],
    ])('%s', (_what, app, more, args, why) => {
      const { status, stderr } = runApp(app, { ...person, ...more }, args);
      expect(stderr).toMatch(why);
      expect(stderr).toMatch(new RegExp(`^${app} did not start:\n`));
      expect(stderr).toContain('docker/README.md');
      expect(stderr).not.toMatch(/[{}]|\n {4}at /);
      expect(status).toBe(2);
    });
  });
});
