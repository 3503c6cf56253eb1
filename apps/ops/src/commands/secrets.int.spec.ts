import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { createPool, loginOf, provideLogins } from '#database';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import { Home } from '../home.js';
import { loginsIn, makeSecrets } from './secrets.js';
import { issueToken } from './token.js';

const parent = mkdtempSync(path.join(tmpdir(), 'rapport-secrets-'));
const folder = path.join(parent, 'secrets');
afterAll(() => rmSync(parent, { recursive: true }));
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [[entry.name, readFileSync(path.join(folder, entry.name), 'utf8')]] : [],
    ),
  );

it('secrets are made once, each another, in a folder that nobody else can enter, and none is replaced', async () => {
  const made = await makeSecrets(folder);
  const first = contents();
  expect(made.sort()).toEqual(Object.keys(first).sort());
  expect(new Set(Object.values(first)).size).toBe(made.length);
  expect(statSync(folder).mode & 0o077).toBe(0);
  expect(await makeSecrets(folder)).toEqual([]);
  expect(contents()).toEqual(first);
  // tokens come from the issuer beside them
  expect(await issueToken(new Home(folder), { role: 'complianceOfficer', subject: 'lin', hours: 1 })).toMatch(/^ey/);
});

it('each process logs in with its password, and may be its own role alone', async () => {
  const database = await createTestDatabase([]);
  const logins = loginsIn(folder);
  await provideLogins(database.url, logins);
  await provideLogins(database.url, logins); // again: after a password was changed
  for (const { role, password } of logins) {
    const url = new URL(database.url);
    [url.username, url.password] = [loginOf(role), password];
    const pool = createPool({ url: url.href, role, max: 1, applicationName: 'login' });
    const { rows } = await pool.query('SELECT current_user::text AS role, rolsuper AS super FROM pg_roles WHERE rolname = session_user');
    expect(rows).toEqual([{ role, super: false }]);
    const other = role === 'rapport_relay' ? 'rapport_api' : 'rapport_relay';
    await expect(pool.query(`SET ROLE ${other}`)).rejects.toThrow('permission denied');
    await pool.end();
  }
  await database.drop();
});
