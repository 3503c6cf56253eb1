import type { LocalDate } from '#event-sourcing';
import { dateAfter } from '../format/format-checks-values.js';

/** Local dates, both inclusive. */
interface Range {
  from: LocalDate;
  to: LocalDate;
}

const rangesOf = (entries: readonly string[]): Range[] =>
  entries.map((entry) => {
    const [from, to = from] = entry.split('..') as [string, string?];
    return { from, to };
  });

const entriesOf = (ranges: readonly Range[]): string[] => ranges.map(({ from, to }) => (from === to ? from : `${from}..${to}`));

/** The same days, each once, in order, neighbours as one range. */
export function closedDays(entries: readonly string[]): string[] {
  const merged: Range[] = [];
  for (const { from, to } of rangesOf(entries).toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last && from <= dateAfter(last.to, 1)) last.to = last.to > to ? last.to : to;
    else merged.push({ from, to });
  }
  return entriesOf(merged);
}

/** The days of the first that are not in the second. */
export function closedWithout(entries: readonly string[], taken: readonly string[]): string[] {
  const left = rangesOf(closedDays(taken)).reduce(
    (ranges, { from, to }) =>
      ranges.flatMap((range) => {
        if (to < range.from || range.to < from) return [range];
        const before = { from: range.from, to: dateAfter(from, -1) };
        const after = { from: dateAfter(to, 1), to: range.to };
        return [before, after].filter((part) => part.from <= part.to);
      }),
    rangesOf(closedDays(entries)),
  );
  return entriesOf(left);
}
