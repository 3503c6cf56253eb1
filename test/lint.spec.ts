import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-lint-'));
const place = (...names: string[]): string => path.join(folder, ...names);

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
const compile = (): void => expect(node('node_modules/typescript/bin/tsc', '-b').stdout).toBe('');

function write(file: string, text: string): void {
  mkdirSync(path.dirname(place(file)), { recursive: true });
  writeFileSync(place(file), text);
  const past = new Date(Date.now() - 1_000); // of the sources that were compiled, not of an edit meanwhile
  utimesSync(place(file), past, past);
}

function lint(): { clean: boolean; says: string } {
  const { status, stdout } = node('test/lint.mjs', '--since', String(Date.now()));
  return { clean: status === 0, says: stdout };
}

beforeAll(() => {
  mkdirSync(place('node_modules')); // with a cache of its own
  for (const name of readdirSync(path.join(root, 'node_modules')))
    if (name !== '.cache') symlinkSync(path.join(root, 'node_modules', name), place('node_modules', name));
  for (const name of ['package.json', 'tsconfig.json', 'eslint.config.mjs', 'test/lint.mjs']) cpSync(path.join(root, name), place(name));
  write('libs/tiers/src/index.ts', "export * from './save.js';\n");
  write('libs/clients/src/caller.ts', "import { save } from '#tiers';\n\nexport function call(): void {\n  save();\n}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

it('what is found clean is looked at again when a type that it sees has changed, and only then', () => {
  write('libs/tiers/src/save.ts', 'export function save(): void {}\n');
  compile();
  expect(lint()).toMatchObject({ clean: true, says: expect.stringContaining('3 of 3 files') });
  expect(lint()).toMatchObject({ clean: true, says: expect.stringContaining('0 of 3 files') });

  write('libs/tiers/src/save.ts', 'export function save(): void {\n  return undefined;\n}\n');
  compile();
  expect(lint()).toMatchObject({ clean: true, says: expect.stringContaining('1 of 3 files') });

  write('libs/tiers/src/save.ts', 'export function save(): Promise<void> {\n  return Promise.resolve();\n}\n');
  compile();
  const faulty = { clean: false, says: expect.stringMatching(/caller\.ts\s+4:3\s+error\s+Promises must be awaited/) };
  expect(lint()).toMatchObject(faulty);
  expect(lint()).toMatchObject(faulty);
});
