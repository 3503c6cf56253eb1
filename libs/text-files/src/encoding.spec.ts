import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decoded, type Encoding, encodingNamed, encodingOf } from './encoding.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rapport-encoding-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'text.csv');

async function read(bytes: Uint8Array, stated?: Encoding): Promise<{ encoding: Encoding; text: string }> {
  writeFileSync(file, bytes);
  const encoding = await encodingOf(file, 'text.csv', stated);
  const chunks: string[] = [];
  for await (const chunk of decoded(file, encoding)) chunks.push(chunk);
  return { encoding, text: chunks.join('') };
}

/** Common characters of GB 2312 with their bytes, by the decoder of the platform. */
const gb2312 = Array.from({ length: 0x28 }, (_, lead) =>
  Array.from({ length: 94 }, (__, second) => Buffer.from([0xb0 + lead, 0xa1 + second])),
)
  .flat()
  .flatMap((bytes) => {
    const char = new TextDecoder('gb18030').decode(bytes);
    return char.length === 1 && char !== '\uFFFD' && char < '\uE000' ? [{ char, bytes }] : [];
  });
const ascii = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', '\r', ' '), maxLength: 4 });

describe('the encoding of a file', () => {
  it('is UTF-8 of whatever is well-formed, with a mark or without', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ',', '\n', 'é', '证', '券', '😀'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), async (text, marked) => {
        const { encoding, text: found } = await read(Buffer.from((marked ? '\uFEFF' : '') + text));
        expect([encoding, found]).toEqual(['utf-8', text]);
      }),
      { numRuns: 150 },
    );
  });

  it('is GB18030 of Chinese text that is no UTF-8, wherever the rows lie that would be both', async () => {
    const words = fc.array(fc.tuple(ascii, fc.array(fc.constantFrom(...gb2312), { minLength: 1, maxLength: 6 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(words, async (parts) => {
        const bytes = Buffer.concat([
          Buffer.from('d6a4c8af0a', 'hex'), // a row that is both
          ...parts.flatMap(([plain, chars]) => [Buffer.from(plain), ...chars.map((one) => one.bytes)]),
          Buffer.from('2c4d4c0ab9abcbbe', 'hex'), // and one that is no UTF-8
        ]);
        const expected = `证券\n${parts.map(([plain, chars]) => plain + chars.map(({ char }) => char).join('')).join('')},ML\n公司`;
        const { encoding, text } = await read(bytes);
        expect([encoding, text]).toEqual(['gb18030', expected]);
      }),
      { numRuns: 150 },
    );
  });

  it('knows names with rare characters, also those of four bytes', async () => {
    // 朱镕基 and 㐂 of GB18030 alone
    expect((await read(Buffer.from('d6ece946bbf9', 'hex'))).text).toBe('朱镕基');
    expect((await read(Buffer.from('b9abcbbe8139ee39', 'hex'))).encoding).toBe('gb18030');
  });

  it('is UTF-16 by its mark, and as stated', async () => {
    expect(await read(Buffer.from('\uFEFF证券,1\r\n', 'utf16le'))).toEqual({ encoding: 'utf-16le', text: '证券,1\r\n' });
    expect(await read(Buffer.from('\uFEFF证券', 'utf16le').swap16())).toEqual({ encoding: 'utf-16be', text: '证券' });
    expect((await read(Buffer.from('证券', 'utf16le'), 'utf-16le')).text).toBe('证券');
  });

  it.each([
    ['a western encoding', Buffer.from('a\nb\nMüller,Café\n', 'latin1'), 'line 3 is no UTF-8'],
    [
      'two encodings in one file',
      Buffer.concat([Buffer.from('公司,1\n'), Buffer.from('b9abcbbe2c310a'.repeat(2), 'hex')]),
      'line 2 is no UTF-8, and other lines are no GB18030',
    ],
    ['a character that is cut off', Buffer.from('公司').subarray(0, 5), 'line 1 is no UTF-8'],
    ['what two encodings read', Buffer.from('a,d\n\xd6\xa4\xc8\xaf', 'latin1'), 'as UTF-8 and as GB18030'],
    ['UTF-16 that is cut off', Buffer.from('\uFEFF证券', 'utf16le').subarray(0, 5), 'is no utf-16le'],
    ['anything', Buffer.from([0x61, 0xff, 0x62]), 'state its encoding'],
  ])('is not guessed of %s: the whole is refused', async (_, bytes, sentence) => {
    await expect(read(bytes)).rejects.toThrow(sentence);
  });

  it('as stated must be true of the whole', async () => {
    await expect(read(Buffer.from('b9abcbbe', 'hex'), 'utf-8')).rejects.toThrow('line 1 is no utf-8; it is in another encoding');
    expect((await read(Buffer.from('d6a4c8af', 'hex'), 'gb18030')).text).toBe('证券');
  });

  it('of European UTF-8 is not taken for Chinese', async () => {
    for (const text of ['José García', 'Łódź Žižka', 'Ελληνικά', 'Москва', 'Müller & Söhne €'])
      expect(await read(Buffer.from(text))).toEqual({ encoding: 'utf-8', text });
  });

  it('has the names that people write', () => {
    expect(['GBK', ' utf8', 'GB2312', 'cp936', 'UTF-8'].map(encodingNamed)).toEqual(['gb18030', 'utf-8', 'gb18030', 'gb18030', 'utf-8']);
    expect(encodingNamed('klingon')).toBeUndefined();
  });

  it('is found where characters lie across chunks', async () => {
    const text = '股'.repeat(70_001);
    expect(await read(Buffer.from(`a${text}`))).toEqual({ encoding: 'utf-8', text: `a${text}` });
    const chinese = Buffer.concat([Buffer.from('a'), ...Array.from({ length: 140_001 }, () => Buffer.from('b9c9', 'hex'))]);
    expect((await read(chinese)).text).toBe(`a${'股'.repeat(140_001)}`);
  });
});
