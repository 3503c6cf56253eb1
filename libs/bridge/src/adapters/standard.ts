import { createReadStream } from 'node:fs';
import { readStrictJson } from '#event-sourcing';
import { type Adapter, RAW_MAX_BYTES, type Translation } from './adapter.js';
import { readMarker } from './marker-file.js';

const EXTENSION = '.jsonl';
const NEWLINE = 0x0a;

/** Our own format: one JSON message, or a file of one message a line with `X.complete.json` beside it. */
export const standard: Adapter = {
  name: 'standard',
  translate(raw): Translation {
    if (raw.length > RAW_MAX_BYTES) return { refused: { code: 'too-large', pointer: '' } };
    const read = readStrictJson(raw);
    if (!read) return { refused: { code: 'not-json', pointer: '' } };
    const [fault] = read.faults;
    return fault ? { refused: { code: 'not-well-formed', pointer: fault.pointer } } : { statements: [read.value] };
  },
  file: {
    extension: EXTENSION,
    pieces: linesOf,
    markers: (filePath) => readMarker(filePath, EXTENSION),
  },
};

/** Lines that are not blank, as bytes. An endless line is cut where no message could be that long, and is refused as it is. */
export async function* linesOf(filePath: string): AsyncIterable<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE, from); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([rest, chunk.subarray(from, end)]);
      [rest, from] = [Buffer.alloc(0), end + 1];
      if (!skipping && !isBlank(line)) yield line;
      skipping = false;
    }
    if (skipping) continue;
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length <= RAW_MAX_BYTES) continue;
    yield rest;
    [rest, skipping] = [Buffer.alloc(0), true];
  }
  if (!skipping && !isBlank(rest)) yield rest;
}

const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
