import { describe, expect, it } from '@jest/globals';
import { potential, type ProspectFile } from './potential.js';

const pointsOf = (file: ProspectFile, attribute: string) => potential(file).points.find((one) => one.attribute === attribute)!.points;

describe('the potential of a prospect', () => {
  it('is the sum of its points, each shown with its source, those that score nothing too', () => {
    const file: ProspectFile = { incomeBand: 'high', occupation: ' Management ', horizonMonths: 36, referralSource: 'referral' };
    const { score, points } = potential(file);
    expect(score).toBe(20 + 15 + 8 + 10);
    expect(points).toHaveLength(6);
    expect(points).toContainEqual({ attribute: 'incomeBand', source: '/profile/internal/incomeBand', value: 'high', points: 20 });
    expect(points).toContainEqual({ attribute: 'declaredAssets', source: '/profile/internal/averageBalance', value: null, points: 0 });
    expect(potential({}).score).toBe(0);
  });

  it.each([
    [11, 0],
    [12, 4],
    [35, 4],
    [36, 8],
    [59, 8],
    [60, 10],
    [600, 10],
  ])('a horizon of %i months has %i points', (horizonMonths, points) => {
    expect(pointsOf({ horizonMonths }, 'horizonMonths')).toBe(points);
  });

  it('declared assets count in the base currency alone, from each bound on', () => {
    const assets = (amountMinor: number, currency = 'CNY') => pointsOf({ declaredAssets: { amountMinor, currency } }, 'declaredAssets');
    expect([9_999_999, 10_000_000, 49_999_999, 50_000_000, 100_000_000].map((minor) => assets(minor))).toEqual([0, 8, 8, 16, 25]);
    expect(assets(100_000_000, 'USD')).toBe(0);
  });

  it('is at most 100', () => {
    const most = potential({
      incomeBand: 'veryHigh',
      occupation: 'entrepreneur',
      ageBand: '45to54',
      horizonMonths: 60,
      referralSource: 'referral',
      declaredAssets: { amountMinor: 100_000_000, currency: 'CNY' },
    });
    expect(most.score).toBe(100);
  });
});
