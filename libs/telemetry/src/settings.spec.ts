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
