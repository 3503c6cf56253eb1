import type { TierRules, TierStep } from './tier-rules.js';

const yuan = (amount: number): number => amount * 100;
const step = (tier: TierStep['tier'], ada: number, commission: number): TierStep => ({
  tier,
  entry: { adaMinor: yuan(ada), netCommissionMinor: yuan(commission) },
});

/**
 * A sample to begin from, in CNY; the amounts are nobody's policy. Each tier is entered by average assets over ninety days,
 * or by what the client left the firm in twelve months, and kept at 80 % of either. From `tiers.md`: the defaults of the
 * window, the share, the grace period and the strikes.
 */
export const sampleTierRules: TierRules = {
  version: 'sample-1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [
    { tier: 'STANDARD' },
    step('SILVER', 500_000, 2_000),
    step('GOLD', 2_000_000, 8_000),
    step('PLATINUM', 6_000_000, 25_000),
    step('DIAMOND', 20_000_000, 80_000),
  ],
};
