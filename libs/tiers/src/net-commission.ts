import { addDays, addMonths, type LocalDate, type Rational } from '#event-sourcing';
import { converted, type RateTable, sumOf } from './exchange-rates.js';

/** What a trade or charge leaves the firm: commission less what is passed on, in minor units; less than nothing where it is given back. */
export interface CommissionFact {
  on: LocalDate;
  netMinor: number;
  currency: string;
}

/** Both ends inclusive. */
export interface CommissionPeriod {
  from: LocalDate;
  to: LocalDate;
}

/** The last twelve months: the dates in (the same day a year earlier, the evaluation date]. */
export const commissionPeriod = (on: LocalDate): CommissionPeriod => ({ from: addDays(addMonths(on, -12), 1), to: on });

/** Exact sum over the period, each amount at the rate of its own day. Throws RateMissing. */
export const netCommission = (
  facts: readonly CommissionFact[],
  { from, to }: CommissionPeriod,
  currency: string,
  rates: RateTable,
): Rational =>
  sumOf(facts.filter(({ on }) => from <= on && on <= to).map((fact) => converted(fact.netMinor, fact.currency, fact.on, currency, rates)));
