/** RFC 3339 in UTC with milliseconds, `2025-03-11T02:00:00.000Z`; compares as text. */
export type Instant = string;

/** `YYYY-MM-DD` in the zone that its context names; compares as text. */
export type LocalDate = string;

/** A person of the firm, as the token's `sub` names them. Class P1. */
export type StaffId = string;

/** Integer minor units (cents, fen) of an ISO 4217 currency, which `isCurrency` knows. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/**
 * When a fact happened, as precisely as it is known. Nothing invents a time of day: for a fact known by its date,
 * `at` is that midnight in the source's zone; an undated one takes part in no time figure and its `at` only sorts it.
 */
export type When =
  | { precision: 'instant'; at: Instant }
  | { precision: 'day'; at: Instant; date: LocalDate; zone: string }
  | { precision: 'unknown'; at: Instant };

export const instant = (at: Instant): When => ({ precision: 'instant', at });

const DAY_MS = 86_400_000;

/** The latest instant at which it may have happened, in milliseconds: a fact known by its date, until that day's end. */
export const latestMsOf = ({ at, precision }: When): number => Date.parse(at) + (precision === 'day' ? DAY_MS - 1 : 0);

/** Whether the first certainly happened before the second. An undated fact only sorts, and is never compared. */
export const precedes = (a: When, b: When): boolean =>
  a.precision !== 'unknown' && b.precision !== 'unknown' && latestMsOf(a) < Date.parse(b.at);
