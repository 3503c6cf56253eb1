import { type LocalDate, multiplyRationals, type Rational, rational, zero } from '#event-sourcing';

/** `amountMinor` of `currency` are worth `baseMinor` of the rules' currency on that day. */
export interface ExchangeRate {
  on: LocalDate;
  currency: string;
  amountMinor: number;
  baseMinor: number;
}

/** Minor units of the rules' currency for one minor unit of another, on a day; undefined where no rate of that day is known. */
export type RateTable = (currency: string, on: LocalDate) => Rational | undefined;

/** A day's rate holds for that day alone. Of two for a day, the later in the list. */
export function rateTable(rates: readonly ExchangeRate[]): RateTable {
  const table = new Map(rates.map((rate) => [`${rate.currency} ${rate.on}`, rational(rate.baseMinor, rate.amountMinor)]));
  return (currency, on) => table.get(`${currency} ${on}`);
}

/** An amount that counts is in a currency without a rate of its day. */
export class RateMissing extends Error {
  constructor(
    readonly currency: string,
    readonly on: LocalDate,
  ) {
    super(`no rate of ${currency} on ${on}`);
    this.name = 'RateMissing';
  }
}

/** An amount in the rules' currency, exact. Nothing is nothing in any currency: zero needs no rate. Throws RateMissing. */
export function converted(amountMinor: number, currency: string, on: LocalDate, base: string, rates: RateTable): Rational {
  if (currency === base) return rational(amountMinor);
  if (amountMinor === 0) return zero;
  const rate = rates(currency, on);
  if (!rate) throw new RateMissing(currency, on);
  return multiplyRationals(rational(amountMinor), rate);
}

/** A sum of many rationals in which equal denominators stay as they are, so that it does not outgrow its parts. */
export function sumOf(rationals: Iterable<Rational>): Rational {
  const numerators = new Map<bigint, bigint>();
  for (const { numerator, denominator } of rationals) numerators.set(denominator, (numerators.get(denominator) ?? 0n) + numerator);
  let [sum, over] = [0n, 1n];
  for (const [denominator, numerator] of numerators) [sum, over] = [sum * denominator + numerator * over, over * denominator];
  return { numerator: sum, denominator: over };
}
