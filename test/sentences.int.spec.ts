import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '..');
const START = 'apps/standalone/start.mjs';
const AWAY = { DATABASE_URL: 'postgres://nobody@localhost:1/none' };
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-sentences-'));
const home = path.join(folder, 'home');

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 50_000,
    env: { PATH: process.env.PATH, RAPPORT_HOME: home, ...env },
  });

beforeAll(() => expect(run(['node_modules/typescript/bin/tsc', '-b']).stdout).toBe(''));
afterAll(() => rmSync(folder, { recursive: true }));

/** The life of a process says the same of the apps that have no arguments (process-life.int.spec.ts). */
it.each<[string, string[], NodeJS.ProcessEnv, number, RegExp]>([
  ['an app that there is not', [START, 'apy'], {}, 2, /no app apy.* api, bridge/],
  ['an option of the demo', [START, 'standalone', '--demo', '--prot'], {}, 2, /unknown option '--prot'\n.*--port.*\n--help says/],
  ['an argument of the demo', [START, 'standalone', 'extra'], {}, 2, /too many arguments/],
  ['a port of the demo', [START, 'standalone'], { PORT: 'many' }, 2, /--port \(or PORT\) is a number from 0 to 65535, not many/],
  ['a zone of the demo', [START, 'standalone'], { FIRM_ZONE: 'Moon/Base' }, 2, /FIRM_ZONE Moon\/Base is no IANA time zone/],
  ['an option of what is developed', ['apps/standalone/dev.mjs', '--prot'], {}, 2, /unknown option '--prot'/],
  ['a command', [START, 'ops', 'stauts'], AWAY, 2, /unknown command 'stauts'\n.*status.*\n--help, also behind a command/],
  ['an option of a command', [START, 'ops', 'status', '--jsn'], AWAY, 2, /unknown option '--jsn'/],
  ['a number', [START, 'ops', 'token', '--role', 'auditor', '--hours', 'x'], {}, 2, /--hours is a number above 0/],
  ['an address', [START, 'ops', 'status'], { DATABASE_URL: 'nonsense' }, 2, /DATABASE_URL is no URL of a PostgreSQL: postgres:/],
  ['a log level', [START, 'ops', 'status'], { ...AWAY, LOG_LEVEL: 'loud' }, 2, /LOG_LEVEL is one of/],
  ['a database that is away', [START, 'ops', 'status'], AWAY, 1, /the database is away: nothing answers at .*:1/],
  [
    'a key file that is none',
    [START, 'ops', 'status'],
    { ...AWAY, MASTER_KEY_FILE: 'package.json' },
    1,
    /package.json is not a master key/,
  ],
  ['a bench', ['dist/test/bench/main.js', 'apend'], { LOG_LEVEL: 'loud' }, 2, /no bench 'apend'[^]*Usage: npm run bench/],
  ['an option of the soak', ['dist/test/soak/main.js', '--quik'], {}, 2, /unknown option '--quik'[^]*Usage: npm run soak/],
])('what is wrong is told in a sentence, and nothing is begun: %s', (_what, args, env, code, sentence) => {
  const { status, stdout, stderr } = run(args, env);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/"level":|\n {4}at /);
  expect({ status, stdout }).toEqual({ status: code, stdout: '' });
  expect(existsSync(home)).toBe(false);
});
