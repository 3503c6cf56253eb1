import { describe, expect, it } from '@jest/globals';
import { distancesOf, thresholdsSeen } from './threshold-distances.js';
import type { TierRules } from './tier-rules.js';

const rules: TierRules = {
  version: 'v1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [
    { tier: 'STANDARD' },
    { tier: 'SILVER', entry: { adaMinor: 100_001, netCommissionMinor: 5_000 } },
    { tier: 'GOLD', entry: { adaMinor: 500_000 }, retention: { adaMinor: 450_000 } },
  ],
};
const seen = (ada: string, days: string, netCommission = '0') => ({
  ada: { numerator: ada, denominator: days },
  netCommission: { numerator: netCommission, denominator: '1' },
});

describe('what an evaluation saw, step by step', () => {
  it('compares exactly, and shows a threshold in whole minor units that nothing below reaches', () => {
    expect(thresholdsSeen(rules, seen('7200072', '90'))).toEqual([
      { tier: 'STANDARD', entry: {}, entered: true, retention: {}, retained: true },
      {
        tier: 'SILVER',
        entry: { adaMinor: 100_001, netCommissionMinor: 5_000 },
        entered: false,
        retention: { adaMinor: 80_001, netCommissionMinor: 4_000 }, // 80 % is 80,000.8, and so is the mean
        retained: true,
      },
      { tier: 'GOLD', entry: { adaMinor: 500_000 }, entered: false, retention: { adaMinor: 450_000 }, retained: false },
    ]);
    expect(thresholdsSeen(rules, seen('7200071', '90'))[1]).toMatchObject({ retained: false });
  });

  it('one criterion is enough', () => {
    expect(thresholdsSeen(rules, seen('0', '1', '5000'))[1]).toMatchObject({ entered: true, retained: true });
  });
});

describe('distances in money', () => {
  it('to the next step up, and above what keeps the one they have', () => {
    expect(distancesOf(rules, 'SILVER', seen('10000100', '90', '4100'))).toEqual({
      toNext: { tier: 'GOLD', adaMinor: 388_888 }, // 500,000 less 111,112.2, rounded up
      aboveRetention: { adaMinor: 31_111, netCommissionMinor: 100 },
    });
  });

  it('are negative below it, and there is none where there is no step', () => {
    expect(distancesOf(rules, 'GOLD', seen('449999', '1'))).toEqual({ toNext: null, aboveRetention: { adaMinor: -1 } });
    expect(distancesOf(rules, 'STANDARD', seen('0', '1'))).toEqual({
      toNext: { tier: 'SILVER', adaMinor: 100_001, netCommissionMinor: 5_000 },
      aboveRetention: null,
    });
  });
});
