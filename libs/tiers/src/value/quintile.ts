import type { Rational } from '#event-sourcing';
import { alike } from './fractions.js';
import type { Score } from './rfm.js';

export interface Ranked {
  /** 1 + the number of strictly greater values: equal values share a rank. */
  rank: number;
  /** 5 for the highest fifth, 1 for the lowest. */
  score: Score;
}

/**
 * `tiers.md`, "Value and behaviour", rank quintile: rank = 1 + number of strictly greater values;
 * score = 5 - floor(5 x (rank - 1) / n). Answers in the order of the values.
 */
export function rankQuintiles(values: readonly Rational[]): Ranked[] {
  const { numerators } = alike(values);
  const order = values.map((_, i) => i).sort((a, b) => (numerators[b]! > numerators[a]! ? 1 : numerators[b]! < numerators[a]! ? -1 : 0));
  const ranked = new Array<Ranked>(values.length);
  let rank = 1;
  order.forEach((index, place) => {
    const before = order[place - 1];
    if (before === undefined || numerators[before]! > numerators[index]!) rank = place + 1;
    ranked[index] = { rank, score: (5 - Math.floor((5 * (rank - 1)) / values.length)) as Score };
  });
  return ranked;
}
