import { describe, expect, it } from '@jest/globals';
import type { ResultRow } from './bench.js';
import { addRound, compare, type Comparison, type Measured } from './verdict.js';

const rowOf = (what: string, unit: string, figure: number, aim?: ResultRow['aim']): ResultRow => ({
  what,
  unit,
  ours: figure * 10,
  aim,
  spread: { min: figure, median: figure, max: figure },
});

/** A side that measured these figures of one row, a round each. */
function sideOf(figures: readonly number[], unit = 'events/s', aim?: ResultRow['aim'], what = 'a row'): Map<string, Measured> {
  const side = new Map<string, Measured>();
  for (const figure of figures) addRound([rowOf(what, unit, figure, aim)], side);
  return side;
}

const judged = (here: number[], there: number[], unit?: string, aim?: ResultRow['aim']): Comparison =>
  compare(sideOf(here, unit, aim), sideOf(there, unit, aim)).rows[0]!;

describe('the verdict on two revisions', () => {
  it.each<[string, number[], number[], string, boolean]>([
    ['apart, and more of it a second', [12, 13, 12, 12], [10, 11, 9, 10], 'faster', false],
    ['apart, and less of it a second', [7, 8, 8, 8], [10, 11, 9, 10], 'slower', true],
    ['within the spread of the other', [9, 8, 10, 9], [10, 11, 9, 10], 'no slower', false],
    ['apart by less than measuring tells', [9.8, 9.81, 9.82, 9.8], [10, 9.99, 10, 10], 'no slower', false],
    ['three rounds', [5, 5, 5], [10, 10, 10], 'too few rounds', false],
  ])('%s: %j and %j', (_, here, there, verdict, worse) => {
    expect(judged(here, there)).toMatchObject({ verdict, worse });
  });

  it('of a cost, less is better: by its unit, or by what was aimed at', () => {
    expect(judged([2, 2, 2, 2], [3, 3, 3, 3], 'ms')).toMatchObject({ verdict: 'faster', worse: false });
    expect(judged([3, 3, 3, 3], [2, 2, 2, 2], 'events/s', { atMost: 1 })).toMatchObject({ verdict: 'slower', worse: true });
    // the ratio of a peer's cost to ours: more of it is better
    expect(judged([3, 3, 3, 3], [2, 2, 2, 2], 'µs', { atLeast: 1 })).toMatchObject({ verdict: 'faster', worse: false });
  });

  it('of memory it speaks of lower and higher', () => {
    expect(judged([90, 91, 92, 91], [120, 121, 119, 120], 'MiB')).toMatchObject({ verdict: 'lower', worse: false });
    expect(judged([130, 131, 132, 131], [120, 121, 119, 120], 'MiB')).toMatchObject({ verdict: 'higher', worse: true });
    expect(judged([118, 131, 132, 131], [120, 121, 119, 120], 'MiB')).toMatchObject({ verdict: 'no higher', worse: false });
  });

  it('quotients are of one round each, so that what slowed both in one round counts for neither', () => {
    expect(judged([10, 20, 40], [10, 20, 40]).quotient).toEqual({ min: 1, median: 1, max: 1 });
    expect(judged([10, 20, 40], [5, 10, 20])).toMatchObject({ here: { ours: 200 }, there: { ours: 100 }, quotient: { median: 2 } });
  });

  it('rows that only one side has are named, and not judged', () => {
    const answer = compare(sideOf([1], 'ms', undefined, 'new'), sideOf([1], 'ms', undefined, 'old'));
    expect(answer).toEqual({ rows: [], onlyHere: ['new'], onlyThere: ['old'] });
  });
});
