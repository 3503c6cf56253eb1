import type { BenchSettings } from './bench.js';
import { shown, type Spread, table } from './ratios.js';
import { type Machine, whatItWasRunOn } from './report.js';
import { type Comparison, JUDGED } from './verdict.js';

export interface BenchComparison {
  name: string;
  rounds: number;
  /** Why there are no figures, or not of every round. */
  faults: readonly string[];
  /** Why one side has no such bench. */
  absent: string | undefined;
  rows: readonly Comparison[];
  onlyHere: readonly string[];
  onlyThere: readonly string[];
  /** What either side held constant. */
  held: readonly [here: readonly string[], there: readonly string[]];
}

export function againstReport(
  benches: readonly BenchComparison[],
  { here, there }: { here: string; there: string },
  settings: BenchSettings,
  before: Machine,
  seconds: number,
): string {
  const head = ['', 'unit', `${here} (this)`, there, 'this / other', 'verdict', 'ours: this', 'ours: other'];
  const fewer = benches.filter(({ rounds }) => rounds < settings.rounds).map(({ name, rounds }) => `${name} ${rounds}`);
  const worse = benches.flatMap(({ name, rows }) =>
    rows.filter((row) => row.worse).map(({ row, verdict }) => `${verdict}: ${row.what} (${name}): measure it again, with more rounds`),
  );
  return [
    ...whatItWasRunOn(settings, before, seconds),
    `this is ${here}, the other ${there}. Median (min - max) over the rounds of the ratio to the peer, or of the figure where there is none;`,
    'ours: the median of the side by itself.',
    JUDGED,
    ...(fewer.length > 0 ? [`Fewer rounds, since each sets everything up anew on both sides: ${fewer.join(', ')}.`] : []),
    '',
    table([head, ...benches.flatMap(({ rows }) => rows.map(cellsOf))]),
    '',
    ...benches.flatMap((bench) => notesOf(bench, here, there)),
    '',
    worse.length === 0 ? 'Nothing is slower, and no memory higher.' : worse.join('\n'),
  ].join('\n');
}

const told = ({ min, median, max }: Spread): string => `${shown(median)} (${shown(min)} - ${shown(max)})`;

const cellsOf = ({ row, here, there, quotient, verdict }: Comparison): string[] => [
  row.what,
  row.unit,
  told(here.figure),
  told(there.figure),
  told(quotient),
  verdict,
  ...[here, there].map(({ ours }) => shown(ours)),
];

function notesOf({ name, faults, absent, onlyHere, onlyThere, held }: BenchComparison, here: string, there: string): string[] {
  const [own, other] = held;
  const otherwise = faults.length === 0 && absent === undefined && own.join('\n') !== other.join('\n');
  return [
    ...(absent === undefined ? [] : [`${name} was not compared: ${absent}`]),
    ...faults.map((fault) => `${name} BROKE at ${fault}`),
    ...onlyHere.map((what) => `only ${here} measures: ${what}`),
    ...onlyThere.map((what) => `only ${there} measures: ${what}`),
    ...(otherwise
      ? [`${name} is not measured in the same way on both sides. Held constant by ${here} alone:`, ...without(own, other)]
      : []),
    ...(otherwise ? [`and by ${there} alone:`, ...without(other, own)] : []),
  ];
}

const without = (sentences: readonly string[], others: readonly string[]): string[] =>
  sentences.filter((sentence) => !others.includes(sentence)).map((sentence) => `  ${sentence}`);
