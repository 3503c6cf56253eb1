import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textRecords } from './csv-read.js';
import { type TextLine, textLines } from './text-lines.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rapport-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'lines.txt');

async function linesOf(text: string, lengthMax?: number): Promise<TextLine[]> {
  writeFileSync(file, text);
  const lines: TextLine[] = [];
  for await (const line of textLines(file, 'utf-8', lengthMax)) lines.push(line);
  return lines;
}

describe('lines of a file', () => {
  it('end with LF, CRLF or CR, also mixed', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\r\n', '证'), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect((await linesOf(text)).map((line) => line.text)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('that are too long are told with their beginning, and the next is whole', async () => {
    expect(await linesOf(`ab\n${'x'.repeat(9)}\ncd`, 5)).toEqual([
      { number: 1, text: 'ab' },
      { number: 2, text: 'xxxxxx', tooLong: true },
      { number: 3, text: 'cd' },
    ]);
    const [long] = await linesOf('y'.repeat(1_000_000), 5);
    expect(long).toEqual({ number: 1, text: 'yyyyyy', tooLong: true });
  });

  it('are the same records whatever ends them, quoted breaks included', async () => {
    const cell = fc.constantFrom('a', '"b;c"', '"d\ne"', '"f""g\n\nh"', '');
    const rows = fc.array(
      fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => cells.join(';')),
      { maxLength: 6 },
    );
    const recordsOf = async (text: string): Promise<unknown[]> => {
      writeFileSync(file, text);
      const records: unknown[] = [];
      for await (const record of textRecords(textLines(file, 'utf-8'), ';')) records.push(record);
      return records;
    };
    await fc.assert(
      fc.asyncProperty(rows, async (some) => {
        const text = some.join('\n');
        const expected = await recordsOf(text);
        expect(await recordsOf(`\uFEFF${text.replaceAll('\n', '\r\n')}\r\n\r\n`)).toEqual(expected);
        expect(await recordsOf(text.replaceAll('\n', '\r'))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
