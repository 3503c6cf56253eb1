import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, compareRationals, type Rational, rational, zero } from '#event-sourcing';
import { addRationals } from '../../../../test/support/add-rationals.js';
import { type ObservedTrade, positionsOf } from './observed-positions.js';
import { observedPreference, preferenceMismatchesOf, type StatedPreference } from './observed-preference.js';

const asOf = '2026-06-30';
let trade = 0;
const traded = (side: 'buy' | 'sell', daysAgo: number, units: number, gross: number, more: Partial<ObservedTrade> = {}): ObservedTrade => ({
  on: addDays(asOf, -daysAgo),
  tradeId: `t${++trade}`,
  instrumentId: 'F-1',
  instrumentClass: 'fund',
  riskLevel: 3,
  side,
  quantityMillionths: units * 1_000_000,
  gross: rational(gross),
  ...more,
});
const bond = { instrumentId: 'B-1', instrumentClass: 'bond', riskLevel: 1 };
const same = (a: Rational | null | undefined, b: Rational) => expect(a && compareRationals(a, b)).toBe(0);

describe('positions', () => {
  it('what is sold was bought first; the rest stays at what it cost', () => {
    const { positions, closed, openSince } = positionsOf([
      traded('buy', 100, 10, 1_000),
      traded('buy', 50, 10, 3_000),
      traded('sell', 10, 15, 9_000),
    ]);
    expect(closed.map(({ days }) => days)).toEqual([90, 40]);
    expect(openSince).toEqual([addDays(asOf, -50)]);
    expect(positions).toMatchObject([{ instrumentId: 'F-1', quantityMillionths: 5_000_000 }]);
    same(positions[0]!.cost, rational(1_500));
  });

  it('a sale of what was never seen bought ends nothing; what is bought and sold on one day was held for none', () => {
    expect(positionsOf([traded('sell', 10, 5, 500)])).toEqual({ positions: [], closed: [], openSince: [] });
    const day = [traded('sell', 3, 5, 500), traded('buy', 3, 5, 400)];
    expect(positionsOf(day)).toMatchObject({ positions: [], closed: [{ days: 0 }] });
  });

  it('quantities are kept whatever the order they are told in', () => {
    const trades = fc.array(fc.tuple(fc.constantFrom<'buy' | 'sell'>('buy', 'sell'), fc.nat(20), fc.integer({ min: 1, max: 9 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(trades, (all) => {
        const told = all.map(([side, ago, units], i) => traded(side, ago, units, units * 10, { tradeId: `x${i}` }));
        const of = (list: ObservedTrade[]) => positionsOf(list).positions.map(({ quantityMillionths, cost }) => [quantityMillionths, cost]);
        expect(of(told.toReversed())).toEqual(of(told));
        // by date, purchases first, never below nothing
        let held = 0;
        for (const { side, quantityMillionths: units } of told.toSorted((a, b) =>
          a.on < b.on ? -1 : a.on > b.on ? 1 : a.side < b.side ? -1 : a.side > b.side ? 1 : 0,
        ))
          held = Math.max(0, held + (side === 'buy' ? units : -units));
        const [position] = positionsOf(told).positions;
        expect(position?.quantityMillionths ?? 0).toBe(held);
        if (position) same(position.cost, rational(held / 100_000)); // every unit cost the same
      }),
    );
  });
});

describe('observed preference', () => {
  const trades = [
    traded('buy', 400, 10, 1_000), // before the window: still held in part
    traded('buy', 364, 10, 2_000, bond),
    traded('sell', 30, 4, 600),
    traded('buy', 30, 1, 400, { instrumentId: 'S-1', instrumentClass: 'stock', riskLevel: null }),
    traded('buy', -1, 99, 99_999), // after the day asked for
  ];
  const observed = observedPreference(trades, asOf);

  it('shares are of what was traded in 365 days and of what is held', () => {
    expect(observed).toMatchObject({ from: addDays(asOf, -364), trades: 3, tradeDates: 2 });
    const [bonds, funds, stocks] = observed.byInstrumentClass;
    expect([bonds!.of, funds!.of, stocks!.of]).toEqual(['bond', 'fund', 'stock']);
    same(bonds!.tradedShare, rational(2_000, 3_000));
    same(bonds!.heldShare, rational(2_000, 3_000));
    same(funds!.tradedShare, rational(600, 3_000));
    same(funds!.heldShare, rational(600, 3_000));
    expect(observed.byRiskLevel.map(({ of }) => of)).toEqual(['R1', 'R3', 'unknown']);
    same(observed.tradeSize, rational(1_000));
    same(observed.tradesPerMonth, rational(3 * 30, 365));
    expect(observedPreference([traded('buy', 365, 1, 1)], asOf).trades).toBe(0);
  });

  it('the largest position, and how long what was sold had been held', () => {
    expect(observed.concentration).toMatchObject({ instrumentId: 'B-1' });
    same(observed.concentration!.share, rational(2, 3));
    expect(observed.holding!.basis).toBe('sold');
    same(observed.holding!.medianDays, rational(370));
    const held = observedPreference([traded('buy', 10, 1, 1), traded('buy', 21, 1, 1)], asOf).holding!;
    expect(held.basis).toBe('held');
    same(held.medianDays, rational(31, 2));
    const soldEarlier = [traded('buy', 500, 2, 20), traded('sell', 365, 1, 10)];
    expect(observedPreference(soldEarlier, asOf).holding!.basis).toBe('held');
    const nothing = observedPreference([], asOf);
    expect(nothing).toMatchObject({ holding: null, concentration: null, tradeSize: null, byRiskLevel: [] });
  });

  it('shares of a whole add up to it', () => {
    const some = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 99 }), fc.constantFrom('a', 'b', 'c')), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(some, (all) => {
        const list = all.map(([ago, gross, instrumentClass]) =>
          traded('buy', ago, 1, gross, { instrumentClass, instrumentId: instrumentClass }),
        );
        const { byInstrumentClass } = observedPreference(list, asOf);
        same(byInstrumentClass.map(({ heldShare }) => heldShare!).reduce(addRationals, zero), rational(1));
      }),
    );
  });
});

describe('mismatches with what is stated', () => {
  const mismatches = (stated: StatedPreference, ...trades: ObservedTrade[]) =>
    preferenceMismatchesOf(stated, observedPreference(trades, asOf), trades);
  const namesOf = (...given: Parameters<typeof mismatches>) => mismatches(...given).map(({ mismatch }) => mismatch);

  it('trades above the level: purchases in the window whose product is riskier', () => {
    expect(mismatches({ riskLevel: 2 }, traded('buy', 1, 1, 700), traded('buy', 1, 1, 50, bond))).toEqual([
      { mismatch: 'tradesAboveLevel', stated: 'C2', observed: { trades: 1, amount: rational(700), highestRiskLevel: 3 } },
    ]);
    expect(namesOf({ riskLevel: 3 }, traded('buy', 1, 1, 700))).toEqual([]);
    expect(namesOf({ riskLevel: 2 }, traded('sell', 1, 1, 700), traded('buy', 365, 1, 700))).toEqual([]);
    expect(namesOf({ riskLevel: 2 }, traded('buy', 1, 1, 700, { riskLevel: null }))).toEqual([]);
    expect(namesOf({}, traded('buy', 1, 1, 700, { riskLevel: 5 }))).toEqual([]);
  });

  it('riskier than stated: from a fifth of what was bought', () => {
    const bought = (risky: number) => [traded('buy', 1, 1, risky), traded('buy', 1, 1, 1_000 - risky, bond)];
    expect(namesOf({ riskPreference: 'conservative' }, ...bought(200))).toEqual(['riskierThanStated']);
    expect(namesOf({ riskPreference: 'conservative' }, ...bought(199))).toEqual([]);
    expect(namesOf({ riskPreference: 'balanced' }, ...bought(900))).toEqual([]);
  });

  it('a stated horizon longer than the observed one, where something was sold', () => {
    const held = (days: number) => [traded('buy', days, 1, 10), traded('sell', 0, 1, 10)];
    expect(namesOf({ horizonMonths: 12 }, ...held(364))).toEqual(['shorterThanStated']);
    expect(namesOf({ horizonMonths: 12 }, ...held(365))).toEqual([]);
    expect(namesOf({ horizonMonths: 60 }, traded('buy', 3, 1, 10))).toEqual([]);
  });

  it('instruments that were not named', () => {
    expect(mismatches({ instruments: ['Bond'] }, traded('buy', 1, 1, 10), traded('buy', 1, 1, 10, bond))).toMatchObject([
      { mismatch: 'instrumentsNotStated', observed: { instrumentClasses: ['fund'] } },
    ]);
    expect(namesOf({ instruments: [] }, traded('buy', 1, 1, 10))).toEqual([]);
  });
});
