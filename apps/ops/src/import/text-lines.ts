import { createReadStream } from 'node:fs';

export interface TextLine {
  /** From 1. */
  number: number;
  bytes: Buffer;
}

const CR = 13;
const LF = 10;
/** No line of a data set is longer; the rest of one that is, is dropped, and the line is told as too long. */
export const LINE_BYTES_MAX = 1_048_576;

/** Lines of a file, streamed: LF, CRLF and CR end a line, also mixed in one file. The last may lack its end. */
export async function* textLines(filePath: string): AsyncGenerator<TextLine> {
  let number = 0;
  let parts: Buffer[] = [];
  let size = 0;
  let afterCr = false;
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size <= LINE_BYTES_MAX + 1) parts.push(part);
    else if (parts.length > 0) parts = [Buffer.alloc(LINE_BYTES_MAX + 1)]; // too long, and known to be
  };
  const line = (): TextLine => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [];
    size = 0;
    return { number: ++number, bytes };
  };
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LF && afterCr)
        from = at + 1; // the second half of CRLF
      else if (byte === LF || byte === CR) {
        keep(chunk.subarray(from, at));
        yield line();
        from = at + 1;
      }
      afterCr = byte === CR;
    }
    if (from < chunk.length) keep(Buffer.from(chunk.subarray(from)));
  }
  if (size > 0) yield line();
}
