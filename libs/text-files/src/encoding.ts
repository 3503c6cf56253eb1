import { createReadStream } from 'node:fs';
import { guess } from './encoding-guess.js';

/** Encodings that a file may be stated in. `gb18030` is what `gbk` and `gb2312` files are read as: both are part of it. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'windows-1250', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

const OTHER_NAMES: Readonly<Record<string, Encoding>> = {
  utf8: 'utf-8',
  'utf-8-sig': 'utf-8',
  'utf-16': 'utf-16le',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  cp936: 'gb18030',
  cp1250: 'windows-1250',
  cp1252: 'windows-1252',
};

/** By its name or a common other one, in any case; undefined where we do not read it. */
export function encodingNamed(name: string): Encoding | undefined {
  const plain = name.trim().toLowerCase();
  return encodings.find((one) => one === plain) ?? OTHER_NAMES[plain];
}

/** The text of a file cannot be known: nothing of it is taken. The sentence is for the person who brought it. */
export class UnreadableText extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UnreadableText';
  }
}

const STATE_IT = `state its encoding (${encodings.join(', ')})`;
const BOMS: readonly [Encoding, readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The one encoding of a whole file: as stated, or by its byte order mark, or UTF-8, or GB18030 where its text is Chinese in it.
 * Throws UnreadableText with the line at fault where a byte does not belong to it, or where two encodings are as good as each
 * other: a file of which some rows are right would leave the others in the log as nonsense.
 */
export async function encodingOf(filePath: string, name: string, stated?: Encoding): Promise<Encoding> {
  const encoding = stated ?? (await markedEncoding(filePath));
  if (encoding) {
    const line = await firstFault(filePath, encoding);
    if (line !== undefined)
      throw new UnreadableText(`${name}: line ${line} is no ${encoding}; ${stated ? 'it is in another encoding' : STATE_IT}`);
    return encoding;
  }
  const found = await guess(filePath);
  if (found === 'utf-8') return found;
  if (found === 'gb18030' && (await firstFault(filePath, found)) === undefined) return found;
  throw new UnreadableText(`${name}: ${await whyNone(filePath, found)}; ${STATE_IT}`);
}

async function markedEncoding(filePath: string): Promise<Encoding | undefined> {
  for await (const chunk of createReadStream(filePath, { end: 2 }) as AsyncIterable<Buffer>)
    return BOMS.find(([, bom]) => bom.every((byte, at) => chunk[at] === byte))?.[0];
  return undefined;
}

async function whyNone(filePath: string, found: 'either' | 'both' | 'gb18030' | 'neither'): Promise<string> {
  if (found === 'either') return 'it can be read as UTF-8 and as GB18030, and says something else in each';
  const line = (await firstFault(filePath, 'utf-8')) ?? 1;
  if (found === 'both') return `line ${line} is no UTF-8, and other lines are no GB18030`;
  return `line ${line} is no UTF-8, and the file is no Chinese text in GB18030 either`;
}

/** The line, from 1, of the first byte that is none of this encoding. */
async function firstFault(filePath: string, encoding: Encoding): Promise<number | undefined> {
  let line = 1;
  const lines = (text: string): number => text.split('\n').length - 1;
  const decoder = new TextDecoder(encoding, { fatal: true });
  const faultIn = (chunk: Uint8Array, stream: boolean): boolean => {
    try {
      line += lines(decoder.decode(chunk, { stream }));
      return false;
    } catch {
      return true;
    }
  };
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    if (!faultIn(chunk, true)) continue;
    // what stands before the fault in this chunk is counted leniently: a line end is one in all of these encodings
    const text = new TextDecoder(encoding).decode(chunk);
    const at = text.indexOf('\uFFFD');
    return line + lines(at === -1 ? text : text.slice(0, at));
  }
  return faultIn(new Uint8Array(0), false) ? line : undefined;
}

/** The text of a file in chunks, without its byte order mark. Throws UnreadableText where it has changed under our hands. */
export async function* decoded(filePath: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of createReadStream(filePath, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (error instanceof TypeError) throw new UnreadableText(`${filePath} is no ${encoding}`);
    throw error;
  }
}
const CHUNK_BYTES = 256 * 1024;

/** A document in UTF-8 without the byte order mark that some editors begin it with. */
export const withoutMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
