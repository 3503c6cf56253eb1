import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { CodeField, NestedList, Text, TextList } from './index.js';
import { shapeOf } from './compiled-shape.js';

class Line {
  @CodeField()
  code: string;

  @NestedList(() => Line, { optional: true, maxItems: 3 })
  lines?: Line[];
}

class Order {
  @Text({ max: 10 })
  title: string;

  @TextList({ max: 5, maxItems: 2, optional: true })
  words?: string[];

  @NestedList(() => Line, { maxItems: 3 })
  lines: Line[];
}

const shape = shapeOf(Order);
const faultsOf = (value: object, max = 50) => shape.faultsOf(value, max).map(({ path, code }) => `${path.join('/')} ${code}`);

/** A list that fails whoever looks at one of its items. */
const untouchable = (length: number): object[] =>
  Array.from({ length }, () =>
    Object.defineProperty({}, 'code', {
      enumerable: true,
      get: () => {
        throw new Error('looked at');
      },
    }),
  );

test('a list that is too long is not entered', () => {
  expect(faultsOf({ title: 'x', lines: untouchable(4) })).toEqual(['lines too-many']);
  expect(() => faultsOf({ title: 'x', lines: untouchable(3) })).toThrow('looked at');
});

test('a list that is too long is told before what is wrong with its texts', () => {
  expect(faultsOf({ title: 'x', words: ['', 'far too long', 'x'], lines: [] })).toEqual(['words too-many']);
});

test('the search ends with as many faults as are wanted', () => {
  const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, nth) => [`m${nth}`, nth]));
  expect(faultsOf({ ...unknown, title: 'x', lines: untouchable(3) })).toHaveLength(50);
  expect(faultsOf({ title: '', lines: [{ code: '' }, ...untouchable(2)] }, 2)).toEqual(['title too-short', 'lines/0/code bad-format']);
});

test('a class that holds itself is checked at every level', () => {
  const lines = [{ code: 'a', lines: [{ code: 'b', lines: [{ code: '' }] }] }];
  expect(faultsOf({ title: 'x', lines })).toEqual(['lines/0/lines/0/lines/0/code bad-format']);
  expect(shape.fits({ title: 'x', lines })).toBe(false);
});
