import { type Rational, rational } from '#event-sourcing';
import type { TierRules, TierStep } from './tier-rules.js';

/** Thresholds in the rules' minor units, exact; a criterion that plays no part is absent. */
export interface ExactThresholds {
  ada?: Rational;
  netCommission?: Rational;
}

/** What enters a step; undefined for the lowest, which needs nothing. */
export const entryOf = ({ entry }: TierStep): ExactThresholds | undefined =>
  entry && {
    ...(entry.adaMinor !== undefined && { ada: rational(entry.adaMinor) }),
    ...(entry.netCommissionMinor !== undefined && { netCommission: rational(entry.netCommissionMinor) }),
  };

/** What retains a step: of each criterion its own threshold, else the rules' share of its entry. */
export function retentionOf({ retentionBasisPoints }: TierRules, { entry, retention }: TierStep): ExactThresholds | undefined {
  const threshold = (own: number | undefined, entered: number | undefined): Rational | undefined => {
    if (own !== undefined) return rational(own);
    return entered === undefined ? undefined : rational(BigInt(entered) * BigInt(retentionBasisPoints), 10_000);
  };
  if (!entry) return undefined;
  const ada = threshold(retention?.adaMinor, entry.adaMinor);
  const netCommission = threshold(retention?.netCommissionMinor, entry.netCommissionMinor);
  return { ...(ada && { ada }), ...(netCommission && { netCommission }) };
}
