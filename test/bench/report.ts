import { cpus, loadavg, totalmem } from 'node:os';
import { type Aim, type BenchResult, type BenchSettings, isMet, type ResultRow } from './bench.js';
import { shown, table } from './ratios.js';

const HEAD = ['', 'unit', 'ours', 'theirs', 'min', 'median', 'max', 'aim', 'met'];

export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  node: string;
  /** When it was looked at, and how many processes were running or waiting to in the minute before. */
  on: string;
  load: number;
}

const QUIET_LOAD = 1;

export function machine(): Machine {
  const cores = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  const on = new Date().toISOString();
  return { cores: cores.length, cpu: cores[0]?.model ?? 'unknown', memoryGiB, node: process.version, on, load: loadavg()[0]! };
}

/** One table of all results, and below it what was held constant. `before`: the machine as it was found. */
export function report(
  results: Readonly<Record<string, BenchResult>>,
  settings: BenchSettings,
  before: Machine,
  took: Readonly<Record<string, number>>,
): string {
  const seconds = Object.values(took).reduce((sum, own) => sum + own, 0);
  const held = Object.entries(results).flatMap(([name, result]) => [
    `${name} (${took[name]} s):`,
    ...result.held.map((sentence) => `  ${sentence}`),
  ]);
  return [
    ...whatItWasRunOn(settings, before, seconds),
    'min, median and max are of the ratio within each round (of the figure itself where there is nothing to compare with);',
    'ours and theirs are medians. Absolute figures only show the size of things. An aim in brackets is a stretch.\n',
    rowsOf(Object.values(results)),
    '\nHeld constant',
    ...held,
  ].join('\n');
}

export function whatItWasRunOn(settings: BenchSettings, before: Machine, seconds: number): string[] {
  const { cores, cpu, memoryGiB, node, on, load } = before;
  return [
    `\n${on}, ${cores} cores (${cpu}), ${memoryGiB} GiB, Node.js ${node}; ${settings.rounds} rounds, seed ${settings.seed}, ${seconds} s in all`,
    ...(load > QUIET_LOAD ? [`THE MACHINE WAS BUSY when this began (load average ${load.toFixed(1)}): measure again when it is not.`] : []),
    ...(settings.full ? ['FULL: the big sizes.'] : []),
    ...(settings.quick ? ['QUICK: small sizes and few rounds. This shows that everything runs; its figures are no measurements.'] : []),
  ];
}

export const rowsOf = (results: readonly BenchResult[]): string => table([HEAD, ...results.flatMap(({ rows }) => rows.map(cellsOf))]);

function cellsOf(row: ResultRow): string[] {
  const { what, unit, ours, theirs, spread, aim } = row;
  const met = isMet(row);
  return [
    what,
    unit,
    shown(ours),
    theirs === undefined ? '' : shown(theirs),
    ...[spread.min, spread.median, spread.max].map(shown),
    aim ? told(aim) : '',
    met === undefined ? '' : met ? 'yes' : 'NO',
  ];
}

function told(aim: Aim): string {
  if ('from' in aim) return `${aim.from}-${aim.to}`;
  const [sign, limit] = 'atLeast' in aim ? ['>=', aim.atLeast] : ['<=', aim.atMost];
  const [told, stretch] = [limit, aim.stretch].map((value) => value?.toLocaleString('en-US'));
  return `${sign} ${told}${stretch === undefined ? '' : ` (${stretch})`}`;
}
