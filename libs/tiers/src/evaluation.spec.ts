import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rational } from '#event-sourcing';
import { evaluate, type Standing } from './evaluation.js';
import { evaluateDays } from './evaluation-run.js';
import { ladder } from './tier-events.js';
import type { TierRules } from './tier-rules.js';

const rules: TierRules = {
  version: '1',
  currency: 'CNY',
  windowDays: 90,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 90,
  strikesToDemote: 2,
  tiers: [
    { tier: 'STANDARD' },
    { tier: 'SILVER', entry: { adaMinor: 1_001, netCommissionMinor: 100 } },
    { tier: 'GOLD', entry: { adaMinor: 10_000 }, retention: { adaMinor: 9_500 } },
    { tier: 'PLATINUM', entry: { adaMinor: 50_000, netCommissionMinor: 5_000 } },
  ],
};
const on = '2026-03-31';
const of = (ada: number, netCommission = 0, over = 1) => ({ ada: rational(ada, over), netCommission: rational(netCommission, over) });
const standing = (tier: Standing['tier'], strikes = 0, promotedFrom: string | null = null): Standing => ({ tier, strikes, promotedFrom });
const from = (start: Standing, inputs: ReturnType<typeof of>, day = on) => evaluate(rules, start, inputs, day);

describe('promotion', () => {
  it('is to the highest tier that one criterion enters; equality qualifies', () => {
    expect(from(standing('STANDARD'), of(1_000)).candidate).toBe('STANDARD');
    expect(from(standing('STANDARD'), of(1_001)).candidate).toBe('SILVER');
    expect(from(standing('STANDARD'), of(0, 99)).candidate).toBe('STANDARD');
    expect(from(standing('STANDARD'), of(0, 100)).candidate).toBe('SILVER');
    expect(from(standing('STANDARD'), of(1_001, 5_000)).candidate).toBe('PLATINUM'); // by commission, past GOLD, which asks for none
  });

  it('compares unrounded', () => {
    expect(from(standing('STANDARD'), of(2_001, 0, 2)).candidate).toBe('STANDARD'); // 1000.5 rounds to 1001
    expect(from(standing('STANDARD'), of(2_002, 0, 2)).candidate).toBe('SILVER');
  });

  it('is at once, over several steps, ends strikes and starts a grace on the next day', () => {
    expect(from(standing('STANDARD', 1), of(50_000))).toEqual({
      current: 'STANDARD',
      candidate: 'PLATINUM',
      retained: true,
      tier: 'PLATINUM',
      strikes: 0,
      promotedFrom: '2026-04-01',
    });
  });

  it('starts its own grace though an earlier one runs', () => {
    expect(from(standing('SILVER', 0, '2026-03-01'), of(10_000)).promotedFrom).toBe('2026-04-01');
  });
});

describe('retention', () => {
  it('is reached at the rules’ share of the entry, exactly', () => {
    expect(from(standing('SILVER'), of(8_008, 0, 10)).retained).toBe(true); // 80 % of 1001 is 800.8
    expect(from(standing('SILVER'), of(8_007, 0, 10)).retained).toBe(false);
    expect(from(standing('SILVER'), of(0, 80)).retained).toBe(true);
    expect(from(standing('SILVER'), of(0, 79)).retained).toBe(false);
  });

  it('is reached at the step’s own threshold where it has one', () => {
    expect(from(standing('GOLD'), of(9_500)).retained).toBe(true);
    expect(from(standing('GOLD'), of(9_499)).retained).toBe(false);
    expect(from(standing('GOLD'), of(9_499, 4_999)).retained).toBe(false); // GOLD is kept by assets alone
  });

  it('ends strikes and keeps the tier below its entry; the lowest is always retained', () => {
    expect(from(standing('GOLD', 1, '2025-01-01'), of(9_500))).toMatchObject({ tier: 'GOLD', strikes: 0, promotedFrom: '2025-01-01' });
    expect(from(standing('STANDARD', 1), of(-5, -5))).toMatchObject({ retained: true, tier: 'STANDARD', strikes: 0 });
  });
});

describe('demotion', () => {
  it('is one step at the second consecutive strike, and begins anew without grace', () => {
    const first = from(standing('PLATINUM', 0, '2025-01-01'), of(0));
    expect(first).toMatchObject({ tier: 'PLATINUM', strikes: 1, promotedFrom: '2025-01-01' });
    expect(from(first, of(0), '2026-04-30')).toMatchObject({ tier: 'GOLD', strikes: 0, promotedFrom: null });
    expect(from(standing('GOLD', 0, null), of(0), '2026-04-30')).toMatchObject({ tier: 'GOLD', strikes: 1 });
  });

  it('is no strike within the grace of a promotion, which ends after graceDays', () => {
    // effective 2026-01-01: the 90 days are 1 January to 31 March
    expect(from(standing('GOLD', 0, '2026-01-01'), of(0), '2026-03-31')).toMatchObject({ retained: false, strikes: 0, tier: 'GOLD' });
    expect(from(standing('GOLD', 0, '2026-01-01'), of(0), '2026-04-01')).toMatchObject({ strikes: 1 });
    expect(from(standing('GOLD', 1, '2026-01-01'), of(0), '2026-03-31')).toMatchObject({ strikes: 0 });
  });

  it('has no grace for a tier given at first', () => {
    expect(from(standing('GOLD'), of(0))).toMatchObject({ strikes: 1 });
  });

  it('leaves a tier that the rules no longer have', () => {
    expect(from(standing('DIAMOND', 1), of(49_999))).toMatchObject({ retained: false, tier: 'PLATINUM' });
    const without = { ...rules, tiers: rules.tiers.filter(({ tier }) => tier !== 'GOLD') };
    expect(evaluate(without, standing('GOLD', 1), of(20_000), on)).toMatchObject({ candidate: 'SILVER', tier: 'SILVER' });
  });
});

describe('several days', () => {
  const inputs = (ada: number) => ({ ...of(ada), accounts: 1, facts: 1 });
  const days = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31'];
  const course = (assets: (number | 'gap')[]) =>
    evaluateDays(
      standing('STANDARD'),
      assets.map((ada, i) => ({ on: days[i]!, rules, inputs: ada === 'gap' ? [{ code: 'sequence-gap' as const }] : inputs(ada) })),
      7,
    ).map((answer) => (answer.kind === 'stopped' ? 'stopped' : `${answer.evaluation.tier} ${answer.evaluation.strikes}`));

  it('follow each other: promoted, kept in grace, two strikes, one step', () => {
    expect(course([10_000, 0, 0, 0, 0, 0, 0])).toEqual(['GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 1', 'SILVER 0', 'SILVER 1']);
  });

  it('count consecutive strikes only', () => {
    expect(course([10_000, 0, 0, 0, 0, 9_500, 0])).toEqual(['GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 1', 'GOLD 0', 'GOLD 1']);
  });

  it('leave the standing as it was where a day stops', () => {
    expect(course([10_000, 0, 0, 0, 0, 'gap', 0])).toEqual(['GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 0', 'GOLD 1', 'stopped', 'SILVER 0']);
  });

  it('never break the rules of strikes and grace', () => {
    const amounts = fc.array(fc.constantFrom(0, 799, 801, 1_001, 9_499, 9_500, 10_000, 50_000), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(amounts, fc.constantFrom(...ladder.slice(0, 4)), fc.nat(1), (assets, tier, strikes) => {
        const start = standing(tier, tier === 'STANDARD' ? 0 : strikes);
        const answers = evaluateDays(start, assets.map((ada, i) => ({ on: days[i]!, rules, inputs: inputs(ada) })), 1); // prettier-ignore
        let before = start;
        for (const answer of answers) {
          if (answer.kind !== 'evaluated') throw new Error('no day stops');
          const { evaluation } = answer;
          const [was, is] = [ladder.indexOf(before.tier), ladder.indexOf(evaluation.tier)];
          expect(is).toBeGreaterThanOrEqual(was - 1);
          expect(evaluation.strikes).toBeLessThan(rules.strikesToDemote);
          if (evaluation.retained) expect([is >= was, evaluation.strikes]).toEqual([true, 0]);
          if (is > was) expect(evaluation.tier).toBe(evaluation.candidate);
          if (is < was) expect([before.strikes, evaluation.promotedFrom]).toEqual([rules.strikesToDemote - 1, null]);
          if (is === was && !evaluation.retained && before.promotedFrom === null) expect(evaluation.strikes).toBe(before.strikes + 1);
          before = evaluation;
        }
      }),
    );
  });
});
