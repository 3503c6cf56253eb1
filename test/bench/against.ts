import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Asked } from './arguments.js';
import { againstReport, type BenchComparison } from './against-report.js';
import type { BenchResult, BenchSettings, ResultRow } from './bench.js';
import { watchGroup } from './peak-memory.js';
import { machine } from './report.js';
import { buildRevision, commitOf, newFolder, removeFolder, type Revision, thisRevision } from './revision.js';
import { runProcess } from './run-process.js';
import { addRound, compare, type Measured } from './verdict.js';

/** Each round sets all of it up anew on both sides, which takes far longer than measuring it. */
const ROUNDS_MAX: Readonly<Record<string, number>> = { page: 4, growth: 4, rebuild: 4, tiers: 4, timekeeper: 4 };

const WRONG_ARGUMENTS = 2;

interface Side extends Revision {
  /** Its benches know sizes; those of a revision that does not are the full ones. */
  knowsFull: boolean;
}

interface OneRound {
  rows: readonly ResultRow[];
  held: readonly string[];
}

/** Another revision beside this one: each bench a round here, a round there, every round a process of its own. */
export async function measureAgainst(
  { names, settings }: Asked,
  other: string,
): Promise<{ table: string; document: object; failed: boolean }> {
  const commit = commitOf(other);
  const before = machine();
  const start = performance.now();
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  const folder = newFolder();
  try {
    console.error(`building ${other} in ${folder}, which is removed at the end`);
    const there = await sideOf(await buildRevision(commit, folder, stopping.signal), stopping.signal);
    const here: Side = { ...thisRevision(), knowsFull: true };
    const sizes = { ...settings, full: settings.full || !(there.knowsFull || settings.quick) };
    const file = path.join(folder, 'figures.json');
    const benches: BenchComparison[] = [];
    for (const name of names) benches.push(await compareBench(name, [here, there], sizes, file, stopping.signal));
    const seconds = Math.round((performance.now() - start) / 1_000);
    const sides = { here: here.name, there: there.name };
    const failed = benches.some(({ rows, faults }) => faults.length > 0 || rows.some(({ worse }) => worse));
    const table = againstReport(benches, sides, sizes, before, seconds);
    return { table, document: { machine: before, settings: sizes, seconds, against: { commit, ...sides }, benches }, failed };
  } finally {
    removeFolder(folder);
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  }
}

async function sideOf(revision: Revision, signal: AbortSignal): Promise<Side> {
  const { said } = await runProcess(process.execPath, [mainOf(revision), '--help'], { cwd: revision.root, signal, accept: [0, 1, 2] });
  return { ...revision, knowsFull: said.includes('--full') };
}

async function compareBench(
  name: string,
  sides: readonly [Side, Side],
  settings: BenchSettings,
  file: string,
  signal: AbortSignal,
): Promise<BenchComparison> {
  const rounds = Math.min(settings.rounds, ROUNDS_MAX[name] ?? settings.rounds);
  const measured = sides.map(() => new Map<string, Measured>()) as [Map<string, Measured>, Map<string, Measured>];
  const held: [readonly string[], readonly string[]] = [[], []];
  const faults: string[] = [];
  let absent: string | undefined;
  for (let round = 0; round < rounds && faults.length === 0 && absent === undefined; round++) {
    const took: string[] = [];
    for (const at of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const from = performance.now();
      const result = await oneRound(name, sides[at], settings, file, signal);
      if ('absent' in result) absent = `${sides[at].name} has no bench of that name`;
      else if ('fault' in result) faults.push(`${sides[at].name}: ${result.fault}`);
      else {
        addRound(result.rows, measured[at]);
        held[at] = result.held;
      }
      took.push(`${sides[at].name} ${Math.round((performance.now() - from) / 1_000)} s`);
    }
    console.error(`${name}, round ${round + 1} of ${rounds}: ${took.join(', ')}`);
  }
  return { name, rounds, faults, absent, ...compare(...measured), held };
}

async function oneRound(
  name: string,
  side: Side,
  settings: BenchSettings,
  file: string,
  signal: AbortSignal,
): Promise<OneRound | { fault: string } | { absent: true }> {
  const { quick, full, seconds, seed, accounts } = settings;
  const sizes = quick ? ['--quick'] : full && side.knowsFull ? ['--full'] : [];
  const bounds = ['--rounds', '1', '--seconds', String(seconds), '--seed', String(seed), '--accounts', accounts.join(',')];
  let watched: (() => ReadonlyMap<string, number>) | undefined;
  const { code, said } = await runProcess(process.execPath, [mainOf(side), name, ...sizes, ...bounds, '--json', file], {
    cwd: side.root,
    signal,
    accept: [0, 1, 2],
    onStart: (pid) => (watched = watchGroup(pid)),
  }).finally(() => watched?.());
  if (code === WRONG_ARGUMENTS) return { absent: true };
  if (code !== 0) return { fault: said };
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: Record<string, BenchResult> };
  const { rows, held } = results[name]!;
  return { rows: [...rows, ...memoryRows(name, watched!())], held };
}

/** Looked at from outside, so that it is there for every revision. */
const memoryRows = (name: string, peaks: ReadonlyMap<string, number>): ResultRow[] =>
  [...peaks].map(([script, mib]) => ({
    what: `${name}: peak memory of ${script}`,
    unit: 'MiB',
    ours: mib,
    spread: { min: mib, median: mib, max: mib },
  }));

const mainOf = ({ root }: Revision): string => path.join(root, 'dist/test/bench/main.js');
