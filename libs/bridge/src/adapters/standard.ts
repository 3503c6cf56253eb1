import { readStrictJson } from '#event-sourcing';
import { textLines } from '#text-files';
import { type Adapter, type FileReading, RAW_MAX_BYTES, type Translation } from './adapter.js';
import { readMarker } from './marker-file.js';

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
    extensions: ['.jsonl'],
    pieces: lines,
    markers: readMarker,
  },
};

/** Lines that are not blank. An endless line is cut where no message could be that long, and is refused as it is. */
async function* lines(filePath: string, { encoding }: FileReading): AsyncIterable<Uint8Array> {
  for await (const { text } of textLines(filePath, encoding, RAW_MAX_BYTES)) if (text.trim() !== '') yield Buffer.from(text);
}
