import { greatestCommonDivisor, multiplyRationals, type Rational, rational } from '#event-sourcing';
import { sumOf } from '../exchange-rates.js';

export const BASIS_POINTS = 10_000;

/** So many basis points of a whole. */
export const partOf = (whole: Rational, basisPoints: number): Rational => multiplyRationals(whole, rational(basisPoints, BASIS_POINTS));

export const negated = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator });

/** What part of a positive whole it is; null where there is no whole to be part of. */
export const shareOf = (part: Rational, whole: Rational): Rational | null =>
  whole.numerator > 0n ? { numerator: part.numerator * whole.denominator, denominator: part.denominator * whole.numerator } : null;

export const sumBy = <T>(all: readonly T[], amountOf: (one: T) => Rational): Rational => sumOf(all.map(amountOf));

/** The same amounts over one denominator, so that sums and comparisons of many stay small. */
export function alike(amounts: readonly Rational[]): { numerators: bigint[]; denominator: bigint } {
  const denominator = [...new Set(amounts.map((amount) => amount.denominator))].reduce(leastCommonMultiple, 1n);
  return { numerators: amounts.map((amount) => amount.numerator * (denominator / amount.denominator)), denominator };
}

const leastCommonMultiple = (a: bigint, b: bigint): bigint => (a / greatestCommonDivisor(a, b)) * b;
