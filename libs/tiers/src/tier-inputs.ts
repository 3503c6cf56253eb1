import { type LocalDate, type Rational, roundHalfUp, textOfRational } from '#event-sourcing';
import { type AssetValue, assetWindow, meanOf, type TradingDays, weighedValues } from './average-daily-assets.js';
import { RateMissing, type RateTable } from './exchange-rates.js';
import { type CommissionFact, commissionPeriod, netCommission } from './net-commission.js';
import type { EvaluatedInputs, StopReason } from './tier-events.js';
import type { TierRules } from './tier-rules.js';

/** All that is known of a client's accounts, in any order; dates that play no part may be among them. */
export interface FactsOfClient {
  assets: readonly AssetValue[];
  commissions: readonly CommissionFact[];
}

export interface TierInputs {
  ada: Rational;
  netCommission: Rational;
  /** Accounts that have a value by the evaluation date. */
  accounts: number;
  /** Values that weigh in the asset window, one carried into it among them, and commissions of the period. */
  facts: number;
}

/** What an evaluation goes by. Throws RateMissing. */
export function tierInputs(
  rules: TierRules,
  { assets, commissions }: FactsOfClient,
  rates: RateTable,
  on: LocalDate,
  tradingDays?: TradingDays,
): TierInputs {
  const window = assetWindow(rules, on, tradingDays);
  const period = commissionPeriod(on);
  const weighed = weighedValues(assets, window);
  const earned = commissions.filter((fact) => period.from <= fact.on && fact.on <= period.to);
  return {
    ada: meanOf(weighed, window, rules.currency, rates),
    netCommission: netCommission(earned, period, rules.currency, rates),
    accounts: new Set(assets.filter((value) => value.on <= on).map(({ accountId }) => accountId)).size,
    facts: weighed.length + earned.length,
  };
}

/** The same, or why there is none: a rate is missing. */
export function tierInputsOrReasons(...given: Parameters<typeof tierInputs>): TierInputs | readonly StopReason[] {
  try {
    return tierInputs(...given);
  } catch (error) {
    if (error instanceof RateMissing) return [{ code: 'rate-missing', detail: `${error.currency} ${error.on}` }];
    throw error;
  }
}

/** As the event holds it. Only these two display amounts round, half up. Throws a RangeError where one outgrows a safe integer. */
export function evaluatedInputs(rules: TierRules, inputs: TierInputs, on: LocalDate, tradingDays?: TradingDays): EvaluatedInputs {
  const { ada, netCommission, accounts, facts } = inputs;
  return {
    currency: rules.currency,
    windowFrom: assetWindow(rules, on, tradingDays).from,
    ada: textOfRational(ada),
    adaMinor: displayed(ada),
    commissionFrom: commissionPeriod(on).from,
    netCommission: textOfRational(netCommission),
    netCommissionMinor: displayed(netCommission),
    accounts,
    facts,
  };
}

/** Whether an amount is beyond what an event can hold: such a client is stopped, and nobody else. */
export const outgrows = ({ ada, netCommission }: Pick<TierInputs, 'ada' | 'netCommission'>): boolean =>
  [ada, netCommission].some((amount) => !Number.isSafeInteger(Number(roundHalfUp(amount))));

function displayed(amount: Rational): number {
  const rounded = Number(roundHalfUp(amount));
  if (!Number.isSafeInteger(rounded)) throw new RangeError('an amount outgrows a safe integer');
  return rounded;
}
