import { parse } from 'csv-parse/sync';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvRecord } from './csv-write.js';

describe('CSV that we write', () => {
  it('reads back as it was, and is no formula anywhere', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\t', ' ', '=', '+', '-', '@', "'", '证') });
    const cells = fc.array(fc.oneof(text, fc.integer()), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 4 }), (rows) => {
        const written = rows.map(csvRecord).join('');
        const read: string[][] = parse(written, { record_delimiter: '\r\n', relax_column_count: true, skip_empty_lines: false });
        const expected = rows.map((row) =>
          row.map((cell) => (typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell))),
        );
        expect(read).toEqual(expected);
      }),
    );
  });

  it('keeps numbers as numbers, and leads what would be computed with an apostrophe', () => {
    expect(csvRecord(['a', -5, 'b"c', '-5', '=1+1', '\tx', ''])).toBe(`a,-5,"b""c",'-5,'=1+1,'\tx,\r\n`);
  });
});
