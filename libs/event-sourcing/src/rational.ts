/** An exact number; the denominator is positive. Not reduced: compare and add, never test for equal members. */
export interface Rational {
  numerator: bigint;
  denominator: bigint;
}

/** A rational as JSON holds it: both members as decimal integers in text, for they outgrow a double. */
export interface RationalText {
  numerator: string;
  denominator: string;
}

export const rational = (numerator: bigint | number, denominator: bigint | number = 1): Rational => {
  if (BigInt(denominator) <= 0n) throw new RangeError('a denominator is positive');
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
};

export const zero: Rational = rational(0);

export const multiplyRationals = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/** Negative, zero or positive as `a` is below, at or above `b`. */
export function compareRationals(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The nearest integer, a half away from zero: for display alone. */
export function roundHalfUp({ numerator, denominator }: Rational): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

export const textOfRational = ({ numerator, denominator }: Rational): RationalText => {
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: String(numerator / divisor), denominator: String(denominator / divisor) };
};

export const rationalOfText = ({ numerator, denominator }: RationalText): Rational => rational(BigInt(numerator), BigInt(denominator));

/** Of two numbers that are not negative; 1 where both are zero. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
