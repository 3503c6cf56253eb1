import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import ts from 'typescript';
import { patched } from './mutant-build.js';
import { MUTANTS } from './mutants.js';

const root = path.resolve(import.meta.dirname, '../..');
const compiled = (file: string): string => {
  const source = readFileSync(path.join(root, file.replace(/\.js$/, '.ts')), 'utf8');
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, experimentalDecorators: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
};

it.each(MUTANTS.map(({ name, patches }) => [name, patches] as const))('the fault still has its place: %s', (_, patches) => {
  const texts = new Map<string, string>();
  for (const { file, ...patch } of patches) texts.set(file, patched(file, texts.get(file) ?? compiled(file), patch));
  expect(texts.size).toBeGreaterThan(0);
});
