import { multiplyRationals, type Money, type Rational, rational, roundHalfUp } from '#event-sourcing';

const BASIS_POINTS = 10_000;

/** An exact amount as it is shown: whole minor units, a half rounded up. */
export const moneyOf = (amount: Rational, currency: string): Money => ({ amountMinor: wholeOf(amount), currency });
export const moneyOrNull = (amount: Rational | null, currency: string): Money | null => amount && moneyOf(amount, currency);

/** A ratio as it is shown; null where there is none. */
export const basisPointsOf = (ratio: Rational | null): number | null => ratio && wholeOf(multiplyRationals(ratio, rational(BASIS_POINTS)));

export function wholeOf(exact: Rational): number {
  const whole = Number(roundHalfUp(exact));
  if (!Number.isSafeInteger(whole)) throw new RangeError('a figure outgrows a safe integer');
  return whole;
}

const isRational = (value: unknown): value is Rational => typeof value === 'object' && value !== null && 'numerator' in value;

/** Members of which the exact amounts are shown as money. */
export const withMoney = (members: Readonly<Record<string, unknown>>, currency: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, isRational(value) ? moneyOf(value, currency) : value]));
