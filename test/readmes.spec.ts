import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '..');
const readmes = [
  'README.md',
  ...['apps', 'docker', 'libs', 'test']
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)))
    .filter((file) => path.basename(file) === 'README.md'),
];
const scripts = new Set(Object.keys((JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts));
const commandsOf = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/\.command\('([a-z-]+)/g)].map(([, name]) => name!);
const opsFolder = path.join(root, 'apps/ops/src');
const opsCommands = new Set([
  ...readdirSync(path.join(opsFolder, 'commands')).flatMap((file) => commandsOf(path.join(opsFolder, 'commands', file))),
]);

/** Code in a README: between backticks, or a line of a block. */
const codeOf = (text: string): string[] => [
  ...[...text.matchAll(/^```.*?^```/gms)].flatMap(([block]) => block.split('\n').slice(1, -1)),
  ...[...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!),
];

// what is made while something runs, or belongs to somebody else
const MADE = /^(dist|node_modules|docker\/secrets|\.rapport)(\/|$)/;
const PATH = /^(?:\.\/)?[\w.-]+(?:\/[\w.-]+)+\/?$/;
const IN_REPOSITORY = /^(apps|libs|test|docker|src)\/|\.(ts|mjs|json|yml|md|sql)$/;

const pathsIn = (text: string): string[] =>
  codeOf(text)
    .flatMap((code) => code.split(/[\s"'=,;:()]+/))
    .map((word) => word.replace(/[.,]$/, ''))
    .filter((word) => PATH.test(word) && IN_REPOSITORY.test(word) && !MADE.test(word));

/** Source files that are named without a folder, as beside one that was. */
const filesIn = (text: string): string[] => codeOf(text).filter((code) => /^\w[\w.-]*\.(ts|mjs)$/.test(code));
const names = new Set(
  ['apps', 'libs', 'test', '.'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((file) => path.basename(file)),
  ),
);

/** From the root, from the README's own folder, or from a folder that the same README names. */
function exists(file: string, word: string, named: readonly string[]): boolean {
  const from = ['.', path.dirname(file), ...named.filter((other) => other !== word).map((other) => path.dirname(other))];
  const folders = from.flatMap((folder) => [folder, path.join(folder, 'src'), path.dirname(folder)]);
  return folders.some((folder) => existsSync(path.join(root, folder, word)));
}

describe.each(readmes)('%s', (file) => {
  const text = readFileSync(path.join(root, file), 'utf8');

  test('names paths that exist', () => {
    const named = pathsIn(text);
    expect(named.filter((word) => !exists(file, word, named))).toEqual([]);
  });

  test('names source files that exist', () => {
    expect(filesIn(text).filter((name) => !names.has(name))).toEqual([]);
  });

  test('names commands that exist', () => {
    const npm = [...text.matchAll(/npm run (?:-s |--silent )?([a-z][a-z:]*)/g)].map(([, name]) => name!);
    expect(npm.filter((name) => !scripts.has(name))).toEqual([]);
    const ops = [...text.matchAll(/npm run (?:--silent )?ops -- ([a-z][a-z-]*)/g)].map(([, name]) => name!);
    expect(ops.filter((name) => !opsCommands.has(name))).toEqual([]);
  });
});

test('the top one can be read at a sitting', () => {
  expect(readFileSync(path.join(root, 'README.md'), 'utf8').length).toBeLessThan(13_500);
  expect(readmes.length).toBeGreaterThan(8);
});
