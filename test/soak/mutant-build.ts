import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Mutant, Patch } from './mutants.js';

/** The compiled product once more, with one fault in it. Answers its folder, which is the caller's to remove. */
export function build({ name, patches }: Mutant): string {
  const root = mkdtempSync(path.join(tmpdir(), 'rapport-mutant-'));
  try {
    cpSync('dist', path.join(root, 'dist'), { recursive: true });
    cpSync('package.json', path.join(root, 'package.json'));
    symlinkSync(path.resolve('node_modules'), path.join(root, 'node_modules'));
    for (const patch of patches) apply(patch, path.join(root, 'dist'));
    return root;
  } catch (error) {
    rmSync(root, { recursive: true });
    throw new Error(`${name}: ${(error as Error).message}`);
  }
}

function apply({ file, ...patch }: Patch, dist: string): void {
  const target = path.join(dist, file);
  const text = readFileSync(target, 'utf8');
  writeFileSync(target, patched(file, text, patch));
}

/** Throws where the text is not there just once: the product has changed, and the mutant has to follow. */
export function patched(file: string, text: string, { find, put }: Omit<Patch, 'file'>): string {
  const pattern = new RegExp(find.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'), 'g');
  const places = text.match(pattern)?.length ?? 0;
  if (places !== 1) throw new Error(`${file} has ${places} places for ${find}`);
  return text.replace(pattern, () => put);
}
