import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, rational } from '#event-sourcing';
import { tradeDatesOf } from '../../../../test/support/trade-dates.js';
import { rfm, type RfmFacts, rfmWindow } from './rfm.js';

const asOf = '2026-03-31';
const facts: RfmFacts = { lastTradeOn: asOf, tradeDates: 1, netCommission: rational(0) };
const scores = (more: Partial<RfmFacts>) => rfm({ ...facts, ...more }, asOf);

describe('RFM', () => {
  it.each([
    [0, 5],
    [7, 5],
    [8, 4],
    [30, 4],
    [31, 3],
    [90, 3],
    [91, 2],
    [180, 2],
    [181, 1],
    [4_000, 1],
  ])('last trade %i days ago: recency %i', (days, recency) => {
    expect(scores({ lastTradeOn: addDays(asOf, -days) }).recency).toBe(recency);
  });

  it.each([
    [100, 5],
    [99, 4],
    [50, 4],
    [49, 3],
    [20, 3],
    [19, 2],
    [5, 2],
    [4, 1],
    [0, 1],
  ])('%i trade dates: frequency %i', (tradeDates, frequency) => {
    expect(scores({ tradeDates }).frequency).toBe(frequency);
  });

  it.each([
    [5_000_000n, 1n, 5],
    [9_999_999n, 2n, 4], // half a minor unit below: compared unrounded
    [1_000_000n, 1n, 4],
    [999_999n, 1n, 3],
    [200_000n, 1n, 3],
    [199_999n, 1n, 2],
    [20_000n, 1n, 2],
    [59_999n, 3n, 1],
    [-5_000_000n, 1n, 1],
  ])('net commission %i / %i: monetary %i', (numerator, denominator, monetary) => {
    expect(scores({ netCommission: rational(numerator, denominator) }).monetary).toBe(monetary);
  });

  it('a client who never traded is 1-1-1 without a history, whatever they were charged', () => {
    const never = scores({ lastTradeOn: null, tradeDates: 0, netCommission: rational(9_000_000) });
    expect(never).toEqual({ recency: 1, frequency: 1, monetary: 1, noHistory: true });
    expect(scores({ lastTradeOn: '2001-01-01', tradeDates: 0 }).noHistory).toBe(false);
  });

  it('its window is the 365 days that end on the day, a date counts once, a later one not at all', () => {
    expect(rfmWindow(asOf)).toEqual({ from: '2025-04-01', to: asOf });
    const dates = ['2025-03-31', '2025-04-01', '2025-04-01', '2026-03-31', '2026-04-01'];
    expect(tradeDatesOf(dates, asOf)).toEqual({ lastTradeOn: asOf, tradeDates: 2 });
    expect(tradeDatesOf(['2025-03-31', '2020-01-01'], asOf)).toEqual({ lastTradeOn: '2025-03-31', tradeDates: 0 });
    expect(tradeDatesOf(['2026-04-01'], asOf)).toEqual({ lastTradeOn: null, tradeDates: 0 });
  });

  it('the order of the trades does not matter, and more never scores less', () => {
    const days = fc.array(fc.integer({ min: -5, max: 800 }), { maxLength: 60 });
    fc.assert(
      fc.property(days, fc.nat(800), (ago, more) => {
        const dates = ago.map((day) => addDays(asOf, -day));
        expect(tradeDatesOf(dates.toReversed(), asOf)).toEqual(tradeDatesOf(dates, asOf));
        const before = scores(tradeDatesOf(dates, asOf));
        const after = scores(tradeDatesOf([...dates, addDays(asOf, -more)], asOf));
        expect(after.recency).toBeGreaterThanOrEqual(before.recency);
        expect(after.frequency).toBeGreaterThanOrEqual(before.frequency);
      }),
    );
  });
});
