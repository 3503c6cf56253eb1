/** A share with the cases behind it: the figures are the lengths of these lists, so a drill-down cannot disagree with them. */
export interface Ratio<Id extends string = string> {
  numerator: readonly Id[];
  denominator: readonly Id[];
  /** Of ten thousand, rounded down: nothing short of all shows as all. Null of an empty denominator. */
  basisPoints: number | null;
}

export function ratioOf<Id extends string>(numerator: readonly Id[], denominator: readonly Id[]): Ratio<Id> {
  const basisPoints = denominator.length === 0 ? null : Math.floor((numerator.length * 10_000) / denominator.length);
  return { numerator, denominator, basisPoints };
}

/** `(start, end]`: what falls on the midnight that ends a month belongs to that month. Milliseconds UTC. */
export interface Period {
  startMs: number;
  endMs: number;
}

export const isIn = ({ startMs, endMs }: Period, ms: number): boolean => startMs < ms && ms <= endMs;
