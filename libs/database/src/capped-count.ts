/** Counts stop here: operations need to know that there are many, and a count must not become a scan. */
export const COUNTED_MAX = 10_000;

/** An SQL expression: how many rows there are, `COUNTED_MAX` at most. `from`: table and condition, of our own text. */
export const cappedCount = (from: string): string => `(SELECT count(*)::int FROM (SELECT 1 FROM ${from} LIMIT ${COUNTED_MAX}) AS counted)`;
