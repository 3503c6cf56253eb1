import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { Settings } from './settings.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rapport-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  return at;
};

it('everything that is missing or wrong is told at once', () => {
  const read = () =>
    Settings.read({ PORT: 'many', FIRM_ZONE: 'Moon/Base', KEY_FILE: path.join(folder, 'none') }, (settings) => [
      settings.databaseUrl(),
      settings.brokers(),
      settings.whole('PORT', 1, 65_535),
      settings.firmZone(),
      settings.required('KEY'),
    ]);
  expect(read).toThrow(
    'DATABASE_URL is not set; KAFKA_BROKERS is not set; PORT is not a whole number up to 65535; ' +
      `FIRM_ZONE Moon/Base is no IANA time zone; KEY_FILE ${path.join(folder, 'none')} cannot be read; KEY is not set`,
  );
});

it.each(['CST', 'JST', 'EST5EDT', 'PRC', '+08:00'])('the firm is in no zone called %s', (FIRM_ZONE) => {
  const read = () => Settings.read({ FIRM_ZONE }, (settings) => settings.firmZone());
  expect(read).toThrow(`FIRM_ZONE ${FIRM_ZONE} is no IANA time zone`);
});

it.each<[NodeJS.ProcessEnv, string]>([
  [{ DATABASE_URL: 'db.example:5432' }, 'DATABASE_URL is no URL of a PostgreSQL: postgres://user@host:5432/database'],
  [{ DATABASE_URL: 'http://db.example' }, 'DATABASE_URL is no URL of a PostgreSQL: postgres://user@host:5432/database'],
  [{ KAFKA_BROKERS: 'kafka-1' }, 'KAFKA_BROKERS is no list of host:port by commas'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is one of trace, debug, info, warn, error, fatal, silent'],
])('what cannot be an address or a level is told before anything is tried with it: %j', (wrong, fault) => {
  const right = { DATABASE_URL: 'postgresql://db/rapport', KAFKA_BROKERS: 'kafka-1:9092, [::1]:9092' };
  const read = (env: NodeJS.ProcessEnv) =>
    Settings.read(env, (settings) => [settings.databaseUrl(), settings.brokers(), settings.logLevel()]);
  expect(read(right)).toEqual(['postgresql://db/rapport', ['kafka-1:9092', '[::1]:9092'], 'info']);
  expect(() => read({ ...right, ...wrong })).toThrow(fault);
});

it('a value may be in a file', () => {
  const env = { DATABASE_URL_FILE: file('url', 'postgres://db/rapport\n') };
  expect(Settings.read(env, (settings) => settings.databaseUrl())).toBe('postgres://db/rapport');
});

it('a password in a file joins the address, whatever is in it, and does not replace one that is there', () => {
  const DATABASE_PASSWORD_FILE = file('password', 'p@ss:w%rd/?\n');
  const read = (DATABASE_URL: string) => Settings.read({ DATABASE_URL, DATABASE_PASSWORD_FILE }, (settings) => settings.databaseUrl());
  expect(decodeURIComponent(new URL(read('postgres://relay@db:5432/rapport')).password)).toBe('p@ss:w%rd/?');
  expect(read('postgres://relay:own@db/rapport')).toBe('postgres://relay:own@db/rapport');
});
