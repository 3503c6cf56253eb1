import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareRationals, newId, type Rational, rational, zero } from '#event-sourcing';
import { addRationals } from '../../../../test/support/add-rationals.js';
import { type Contribution, pareto } from './pareto.js';
import { rankQuintiles } from './quintile.js';

const amounts = fc.tuple(fc.bigInt(-50n, 200n), fc.constantFrom(1n, 1n, 3n, 100n)).map(([n, d]) => rational(n, d));

describe('rank quintiles', () => {
  const scoresOf = (...values: number[]) => rankQuintiles(values.map((value) => rational(value))).map(({ score }) => score);

  it('split n values at every fifth, and equal values score alike', () => {
    expect(scoresOf(10, 20, 30, 40, 50)).toEqual([1, 2, 3, 4, 5]);
    expect(scoresOf(7)).toEqual([5]);
    expect(scoresOf(3, 3, 3, 3)).toEqual([5, 5, 5, 5]);
    expect(scoresOf(9, 9, 1, 1, 1, 1)).toEqual([5, 5, 4, 4, 4, 4]); // rank 3 of 6: 5 - floor(10 / 6)
    expect(scoresOf(...Array.from({ length: 11 }, (_, i) => 11 - i))).toEqual([5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
    expect(rankQuintiles([])).toEqual([]);
  });

  it('are the formula, whatever the values and their order', () => {
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 40 }), (values) => {
        const expected = values.map((value) => {
          const greater = values.filter((other) => compareRationals(other, value) > 0).length;
          return { rank: greater + 1, score: 5 - Math.floor((5 * greater) / values.length) };
        });
        expect(rankQuintiles(values)).toEqual(expected);
        expect(rankQuintiles(values.toReversed())).toEqual(expected.toReversed());
      }),
    );
  });
});

describe('Pareto', () => {
  const of = (...minor: number[]): Contribution[] => minor.map((amount, i) => ({ clientId: `c-${i}`, amount: rational(amount) }));
  const idsOf = (contributions: readonly Contribution[]) => contributions.map(({ clientId }) => clientId);
  const same = (a: Rational, b: Rational) => expect(compareRationals(a, b)).toBe(0);

  it('the vital few are the shortest prefix that reaches four fifths of what is positive', () => {
    const answer = pareto(of(10, 60, -500, 20, 0, 10)); // 100 in all: 60 and 20 reach 80
    expect(idsOf(answer.vitalFew.members)).toEqual(['c-1', 'c-3']);
    expect(answer).toMatchObject({ clients: 6, positive: { clients: 4 }, top: { clients: 2 } });
    same(answer.positive.total, rational(100));
    same(answer.vitalFew.shareOfClients!, rational(1, 3)); // against all clients, not those with a contribution
    same(answer.top.shareOfTotal!, rational(80, 100));
    expect(idsOf(pareto(of(59, 20, 11, 10)).vitalFew.members)).toEqual(['c-0', 'c-1', 'c-2']); // 79 of 100 is not enough
  });

  it('equal contributions go by client id; the top is a fifth of all, rounded up', () => {
    const answer = pareto([...of(1, 1, 1, 1, 1, 1)].toReversed());
    expect(idsOf(answer.vitalFew.members)).toEqual(['c-0', 'c-1', 'c-2', 'c-3', 'c-4']);
    expect(answer.top.clients).toBe(2);
    expect(pareto(of(1, 1, 1, 1, 1)).top.clients).toBe(1);
  });

  it('who contributes nothing counts among all, listed or not', () => {
    const { clients, vitalFew, top } = pareto(of(10, 60, 20, 10), undefined, 12);
    expect({ clients, vital: idsOf(vitalFew.members), top: top.clients }).toEqual({ clients: 12, vital: ['c-1', 'c-2'], top: 3 });
    same(vitalFew.shareOfClients!, rational(2, 12));
  });

  it('of nothing is nothing', () => {
    expect(pareto([])).toMatchObject({
      clients: 0,
      vitalFew: { members: [], shareOfClients: null },
      top: { clients: 0, shareOfTotal: null },
    });
    const none = pareto(of(0, -3));
    expect(none).toMatchObject({ clients: 2, vitalFew: { members: [] }, top: { clients: 1, shareOfTotal: null } });
    same(none.vitalFew.shareOfClients!, zero);
  });

  it('holds its laws over any contributions, in any order', () => {
    fc.assert(
      fc.property(fc.array(amounts, { maxLength: 40 }), (values) => {
        const contributions = values.map((amount) => ({ clientId: newId(), amount }));
        const answer = pareto(contributions);
        const { members, sum } = answer.vitalFew;
        const total = values.filter(({ numerator }) => numerator > 0n).reduce(addRationals, zero);
        same(answer.positive.total, total);
        same(sum, members.map(({ amount }) => amount).reduce(addRationals, zero));
        const reaches = (part: Rational) =>
          compareRationals({ ...part, numerator: part.numerator * 5n }, { ...total, numerator: total.numerator * 4n }) >= 0;
        expect(reaches(sum)).toBe(true);
        const last = members.at(-1);
        if (last) expect(reaches(addRationals(sum, { ...last.amount, numerator: -last.amount.numerator }))).toBe(false); // minimal
        const least = last && compareRationals(last.amount, zero);
        expect(least === undefined || least > 0).toBe(true);
        for (const other of contributions.filter((one) => !members.includes(one)))
          expect(!last || compareRationals(other.amount, last.amount) <= 0).toBe(true);
        expect(idsOf(pareto(contributions.toReversed()).vitalFew.members)).toEqual(idsOf(members));
      }),
    );
  });
});
