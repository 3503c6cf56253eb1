import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noSequence, sequenceGivenUp, sequenceSeen, type SequenceState } from './sequence.js';

const seenAll = (numbers: readonly number[], from: SequenceState = noSequence) =>
  numbers.reduce(
    ({ state, news }, number) => {
      const { state: next, ...told } = sequenceSeen(state, number);
      return { state: next, news: [...news, told] };
    },
    { state: from, news: [] as object[] },
  );

test('numbers in order say nothing, and neither does one that comes again', () => {
  expect(seenAll([1, 2, 3, 2, 3, 1]).news.every((told) => Object.keys(told).length === 0)).toBe(true);
});

test('a jump is a gap until all of it has come', () => {
  expect(seenAll([1, 4, 3, 2]).news).toEqual([{}, { found: [2, 3] }, {}, { closedThrough: 4 }]);
});

test('what is missing before the first number is a gap too', () => {
  expect(seenAll([3]).news).toEqual([{ found: [1, 2] }]);
});

test('of two gaps the later is closed with the earlier, for only then is nothing missing up to it', () => {
  expect(seenAll([1, 3, 5, 4, 2]).news).toEqual([{}, { found: [2, 2] }, { found: [4, 4] }, {}, { closedThrough: 5 }]);
});

test('a person may give up what will never come', () => {
  const { state } = seenAll([1, 4, 8]);
  expect(sequenceGivenUp(state, 2)).toEqual({
    state: {
      ...state,
      missing: [
        [3, 3],
        [5, 7],
      ],
    },
  });
  const given = sequenceGivenUp(state, 3);
  expect(given).toEqual({ state: { highest: 8, missing: [[5, 7]], open: [[5, 7]] }, closedThrough: 4 });
  expect(sequenceGivenUp(given.state, 1_000)).toEqual({ state: { highest: 8, missing: [], open: [] }, closedThrough: 8 });
});

test('in whatever order and however often they come, what is missing is what has not come, and every gap told of is closed once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 120 }), (numbers) => {
      const { state, news } = seenAll(numbers);
      const highest = Math.max(0, ...numbers);
      const absent = Array.from({ length: highest }, (_, i) => i + 1).filter((n) => !numbers.includes(n));
      const missing = state.missing.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
      expect(missing).toEqual(absent);
      const rest = seenAll(absent, state);
      expect(rest.state).toEqual({ highest, missing: [], open: [] });
      const through = [...news, ...rest.news].flatMap((told) => ('closedThrough' in told ? [told.closedThrough as number] : []));
      expect(through).toEqual([...through].sort((a, b) => a - b));
      const gaps = [...news, ...rest.news].filter((told) => 'found' in told);
      expect(gaps.length === 0 || through.at(-1)! >= 1).toBe(true);
    }),
  );
});
