import { parse } from 'csv-parse/sync';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellsOf } from './csv-read.js';

const options = { delimiter: ';', relax_quotes: true, relax_column_count: true, record_delimiter: [] };
function byLibrary(text: string): string[] {
  const rows: string[][] = parse(text, options);
  return rows[0]!.map((cell) => cell.trim());
}

describe('cells of a record', () => {
  it('are what csv-parse makes of it, however it is quoted', () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ' ', 'ü', '\n', "'"), maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', ' ', ';', '""', '\n', 'é'), maxLength: 5 }).map((inner) => `"${inner}"`),
    );
    const quoted = fc.tuple(fc.constant('"x"'), fc.array(cell, { maxLength: 5 })).map(([first, rest]) => [first, ...rest].join(';'));
    fc.assert(
      fc.property(quoted, (text) => {
        expect(cellsOf(text, ';')).toEqual(byLibrary(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of quotes in the wrong place are what the library makes of them, or its error', () => {
    const wild = fc
      .string({ unit: fc.constantFrom('a', '"', ';', ' ', '\n'), minLength: 1, maxLength: 10 })
      .filter((text) => text.trim() !== '');
    const outcome = (read: () => string[]): unknown => {
      try {
        return read();
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    fc.assert(
      fc.property(wild, (text) => {
        if (!text.includes('"')) return;
        expect(outcome(() => cellsOf(text, ';'))).toEqual(outcome(() => byLibrary(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('lose the white space around them, and keep what is inside', () => {
    expect(cellsOf('1; two ;" a ""b"" ; c ";', ';')).toEqual(['1', 'two', 'a "b" ; c', '']);
  });
});
