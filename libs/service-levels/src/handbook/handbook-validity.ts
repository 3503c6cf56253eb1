import type { Instant } from '#event-sourcing';
import type { HandbookEdition, ServicePromise } from '../format/format.js';

/** Half-open, in milliseconds since 1970; an open end is Infinity. */
export interface Validity {
  from: number;
  to: number;
}

export interface ValidEdition extends Validity {
  handbook: HandbookEdition;
}

export interface ValidPreset extends Validity {
  presetId: string;
  promises: readonly ServicePromise[];
}

export const validFrom = (from: Instant): number => Date.parse(from);
export const validTo = (to: Instant | null): number => (to === null ? Infinity : Date.parse(to));

export const overlap = (a: Validity, b: Validity): boolean => a.from < b.to && b.from < a.to;

/** Each edition ends where the next one begins, at the latest. Answered in the order in which they begin. */
export function endedByNext<T extends Validity>(editions: readonly T[]): T[] {
  const inOrder = editions.toSorted((a, b) => a.from - b.from);
  return inOrder
    .map((edition, i) => ({ ...edition, to: Math.min(edition.to, inOrder[i + 1]?.from ?? Infinity) }))
    .filter(({ from, to }) => from < to);
}
