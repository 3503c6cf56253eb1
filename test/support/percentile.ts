/**
 * The nearest-rank percentile: the element at position ceil(percent / 100 x n), counted from 1, of the ascending list.
 * `percent` in (0, 100], to two decimals; null of an empty list. Throws a RangeError for another percent.
 */
export function percentile(values: readonly number[], percent: number): number | null {
  const hundredths = Math.round(percent * 100);
  if (!(hundredths > 0 && hundredths <= 10_000)) throw new RangeError(`no percentile ${percent}`);
  const ascending = values.toSorted((a, b) => a - b);
  // in whole numbers: 0.07 x 100 is more than 7 in floating point
  return ascending[Math.ceil((hundredths * ascending.length) / 10_000) - 1] ?? null;
}

/** How long something took: its middle, its slow tenth and how many there are. An average says neither, and is not here. */
export interface Spread {
  count: number;
  p50: number | null;
  p90: number | null;
}

export function spreadOf(values: readonly number[]): Spread {
  return { count: values.length, p50: percentile(values, 50), p90: percentile(values, 90) };
}
