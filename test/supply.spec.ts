import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Lock {
  packages: Record<string, { name?: string; dev?: boolean; link?: boolean; integrity?: string; hasInstallScript?: boolean }>;
}
const root = path.resolve(import.meta.dirname, '..');
const { faultsOf } = (await import(path.join(root, 'test/supply.mjs'))) as { faultsOf: (lock: Lock, npmrc: string) => string[] };
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const npmrc = textOf('.npmrc');

describe('what is installed', () => {
  it('runs no script, sends no telemetry in production, and is what was looked at', () => {
    expect(faultsOf(JSON.parse(textOf('package-lock.json')) as Lock, npmrc)).toEqual([]);
  });

  it.each<[string, Lock['packages'][string], string, string[]]>([
    [
      'node_modules/x',
      { integrity: 's', hasInstallScript: true },
      npmrc,
      ['x states an install script that nobody has looked at (test/supply.mjs)'],
    ],
    [
      'node_modules/a/node_modules/@scarf/scarf',
      { integrity: 's' },
      npmrc,
      ['@scarf/scarf sends telemetry, and is a production dependency'],
    ],
    ['node_modules/a/node_modules/@scarf/scarf', { integrity: 's', name: 'empty-npm-package' }, npmrc, []],
    ['node_modules/@scarf/scarf', { integrity: 's', dev: true }, npmrc, []],
    ['node_modules/x', {}, npmrc, ['x has no integrity in the lock file']],
    ['node_modules/x', { integrity: 's' }, 'fund=false', ['.npmrc lets packages run scripts when they are installed']],
  ])('%s %j', (place, entry, settings, faults) => {
    expect(faultsOf({ packages: { '': {}, [place]: entry } }, settings)).toEqual(faults);
  });
});
