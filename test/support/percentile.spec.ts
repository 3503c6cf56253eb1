import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentile, spreadOf } from './percentile.js';

describe('percentiles', () => {
  it.each([
    [[15, 20, 35, 40, 50], 30, 20],
    [[15, 20, 35, 40, 50], 40, 20],
    [[15, 20, 35, 40, 50], 50, 35],
    [[15, 20, 35, 40, 50], 100, 50],
    [[50, 15, 40, 20, 35], 5, 15],
    [[7], 90, 7],
  ])('of %j at %i: %i, the nearest rank', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it('is not misled by floating point', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    for (let percent = 1; percent <= 100; percent++) expect(percentile(hundred, percent)).toBe(percent);
    expect(
      percentile(
        Array.from({ length: 1000 }, (_, i) => i + 1),
        99.9,
      ),
    ).toBe(999);
  });

  it('is a value of the list that at least so many do not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const found = percentile(values, percent)!;
        expect(values).toContain(found);
        expect(values.filter((value) => value <= found).length * 100).toBeGreaterThanOrEqual(percent * values.length);
        expect(values.filter((value) => value < found).length * 100).toBeLessThan(percent * values.length);
      }),
    );
  });

  it('says nothing of nothing, and refuses what is no percentile', () => {
    expect(spreadOf([])).toEqual({ count: 0, p50: null, p90: null });
    expect(spreadOf([3, 1, 2])).toEqual({ count: 3, p50: 2, p90: 3 });
    for (const percent of [0, -1, 100.01, Number.NaN]) expect(() => percentile([1], percent)).toThrow(RangeError);
  });
});
