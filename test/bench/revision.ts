import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WrongArguments } from './arguments.js';
import { runProcess } from './run-process.js';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A compiled checkout. */
export interface Revision {
  /** What it is called in the table. */
  name: string;
  root: string;
}

/** This checkout, as it lies there. */
export function thisRevision(): Revision {
  const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
  return { name: `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`, root: ROOT };
}

/** The full id of a commit. Throws WrongArguments where there is none. */
export function commitOf(text: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`);
  } catch {
    throw new WrongArguments(`there is no commit '${text}' in this repository`);
  }
}

export const shortNameOf = (commit: string): string => git('rev-parse', '--short', commit);

/**
 * A compiled copy of a commit in a temporary folder. Its dependencies are those of this checkout where the lock files are
 * the same, and are installed otherwise.
 */
export async function buildRevision(commit: string, folder: string, signal: AbortSignal): Promise<Revision> {
  const root = path.join(folder, 'checkout');
  await runProcess('git', ['clone', '--quiet', '--shared', '--no-checkout', ROOT, root], { signal });
  await runProcess('git', ['-C', root, 'checkout', '--quiet', '--detach', commit], { signal });
  if (sameLock(root)) symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'), 'dir');
  else await runProcess('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, signal });
  await runProcess(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root, signal });
  return { name: shortNameOf(commit), root };
}

export const newFolder = (): string => mkdtempSync(path.join(tmpdir(), 'rapport-against-'));

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

function sameLock(root: string): boolean {
  const [own, other] = [ROOT, root].map((place) => path.join(place, 'package-lock.json')) as [string, string];
  return existsSync(own) && existsSync(other) && readFileSync(own).equals(readFileSync(other));
}

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
