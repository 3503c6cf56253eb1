import { isLessBetter, type ResultRow } from './bench.js';
import { type Spread, spreadOf } from './ratios.js';

/** What one side measured of one row, a round an element. */
export interface Measured {
  row: ResultRow;
  /** The ratio to the peer; the figure itself where there is no peer. */
  figures: number[];
  /** Of the side itself. */
  ours: number[];
}

export type Verdict = 'faster' | 'no slower' | 'slower' | 'lower' | 'no higher' | 'higher' | 'too few rounds';

export interface Comparison {
  row: ResultRow;
  here: { figure: Spread; ours: number };
  there: { figure: Spread; ours: number };
  /** This side's figure / the other's, within each round. */
  quotient: Spread;
  verdict: Verdict;
  /** This one is the worse, beyond what its measurements are apart from each other. */
  worse: boolean;
}

/** Two equal sides lie apart by chance in 1 row of 35; with three rounds it would be 1 of 10. */
const ROUNDS_MIN = 4;
const APART = 0.03;

/** How a verdict comes about, for the reader. */
export const JUDGED =
  `faster or slower: no measurement of one side lies within the range of the other's, and the median quotient is more than ${APART * 100} % from 1; ` +
  `no slower: anything else, so within the spread of the measurements. Judged from ${ROUNDS_MIN} rounds on. The quotient is this side's ratio to the peer ` +
  "(or its figure, where there is none) by the other side's of the same round; more is better, but for µs, ms, s, MiB and aims of <=.";

/** Adds what one round of one side came to. */
export function addRound(rows: readonly ResultRow[], measured: Map<string, Measured>): void {
  for (const row of rows) {
    const own = measured.get(row.what) ?? { row, figures: [], ours: [] };
    own.figures.push(row.spread.median);
    own.ours.push(row.ours);
    measured.set(row.what, own);
  }
}

/** Rows that both sides have, in our order, and the names of those that only one has. Rows are the same by what they say. */
export function compare(
  here: ReadonlyMap<string, Measured>,
  there: ReadonlyMap<string, Measured>,
): { rows: Comparison[]; onlyHere: string[]; onlyThere: string[] } {
  const rows = [...here].flatMap(([what, own]) => {
    const other = there.get(what);
    return other ? [compared(own, other)] : [];
  });
  const missingIn = (other: ReadonlyMap<string, Measured>) => (what: string) => !other.has(what);
  return { rows, onlyHere: [...here.keys()].filter(missingIn(there)), onlyThere: [...there.keys()].filter(missingIn(here)) };
}

function compared(own: Measured, other: Measured): Comparison {
  const rounds = Math.min(own.figures.length, other.figures.length);
  const quotient = spreadOf(own.figures.slice(0, rounds).map((figure, round) => figure / other.figures[round]!));
  const [here, there] = [own, other].map(({ figures, ours }) => ({ figure: spreadOf(figures), ours: spreadOf(ours).median })) as [
    Comparison['here'],
    Comparison['there'],
  ];
  const lessIsBetter = isLessBetter(own.row);
  const apart = here.figure.min > there.figure.max || here.figure.max < there.figure.min;
  const differs = apart && Math.abs(quotient.median - 1) > APART;
  const worse = rounds >= ROUNDS_MIN && differs && quotient.median > 1 === lessIsBetter;
  const [better, same, worst] =
    own.row.unit === 'MiB' ? (['lower', 'no higher', 'higher'] as const) : (['faster', 'no slower', 'slower'] as const);
  const verdict = rounds < ROUNDS_MIN ? 'too few rounds' : !differs ? same : worse ? worst : better;
  return { row: own.row, here, there, quotient, verdict, worse };
}
