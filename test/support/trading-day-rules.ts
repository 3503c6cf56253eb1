import { sampleTierRules, type TierRules } from '#tiers';

/** The sample rules over trading days: weekends and holidays weigh nothing. */
export const tradingDayRules = (calendar: string): TierRules => ({
  ...sampleTierRules,
  version: 'sample-trading-1',
  windowDays: 60,
  dayBasis: 'trading',
  calendar,
});
