import { addDays, daysBetween, type LocalDate, multiplyRationals, type Rational, rational } from '#event-sourcing';
import { converted, type RateTable, sumOf } from './exchange-rates.js';
import { inOrder } from './in-order.js';
import type { TierRules } from './tier-rules.js';

/** End-of-day total of an account, in minor units: the one in force, at most one an account and day. */
export interface AssetValue {
  accountId: string;
  on: LocalDate;
  totalMinor: number;
  currency: string;
}

/** The last so many trading days that end on or before a date, ascending; needed where the day basis is trading. */
export type TradingDays = (to: LocalDate, count: number) => readonly LocalDate[];

/** The days over which assets are averaged, `from` to `to` inclusive. */
export interface AssetWindow {
  from: LocalDate;
  to: LocalDate;
  /** How many days the mean divides by. */
  days: number;
  /** The days themselves, ascending, where they are not all of `from` to `to`. */
  tradingDays?: readonly LocalDate[];
}

type WindowRules = Pick<TierRules, 'windowDays' | 'dayBasis'>;

/** tiers.md: `windowDays` calendar days that end on the evaluation date, or as many trading days that end on or before it. */
export function assetWindow({ windowDays, dayBasis }: WindowRules, on: LocalDate, tradingDays?: TradingDays): AssetWindow {
  if (dayBasis === 'calendar') return { from: addDays(on, 1 - windowDays), to: on, days: windowDays };
  const days = tradingDays?.(on, windowDays);
  const [from, to] = [days?.[0], days?.at(-1)];
  if (!days || from === undefined || to === undefined || days.length !== windowDays) {
    throw new RangeError(`an average over trading days needs ${windowDays} of them up to ${on}`);
  }
  return { from, to, days: windowDays, tradingDays: days };
}

/** A value and on how many days of the window it is its account's last known one. */
export interface WeighedValue extends AssetValue {
  days: number;
}

/**
 * The values that weigh in the window, in any order. A day without a value of its own, of the source or of the calendar,
 * carries the last earlier one forward; before an account's first value there is nothing, which is zero.
 */
export function weighedValues(values: readonly AssetValue[], window: AssetWindow): WeighedValue[] {
  const before = daysBefore(window);
  const sorted = values.toSorted((a, b) => inOrder(a.accountId, b.accountId) || inOrder(a.on, b.on));
  return sorted.flatMap((value, i) => {
    const next = sorted[i + 1];
    const until = next?.accountId === value.accountId ? before(next.on) : window.days;
    const days = until - before(value.on);
    return days > 0 ? [{ ...value, days }] : [];
  });
}

/** Exact mean of the client's end-of-day totals over the window. Throws RateMissing, only for a value that weighs in it. */
export const averageDailyAssets = (values: readonly AssetValue[], window: AssetWindow, currency: string, rates: RateTable): Rational =>
  meanOf(weighedValues(values, window), window, currency, rates);

export function meanOf(weighed: readonly WeighedValue[], window: AssetWindow, currency: string, rates: RateTable): Rational {
  const parts = weighed.map((value) =>
    multiplyRationals(converted(value.totalMinor, value.currency, value.on, currency, rates), rational(value.days)),
  );
  return multiplyRationals(sumOf(parts), rational(1, window.days));
}

/** How many days of the window lie before a date. */
function daysBefore({ from, days, tradingDays }: AssetWindow): (date: LocalDate) => number {
  if (!tradingDays) return (date) => Math.min(Math.max(daysBetween(from, date), 0), days);
  return (date) => {
    let [low, high] = [0, tradingDays.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tradingDays[middle]! < date) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
