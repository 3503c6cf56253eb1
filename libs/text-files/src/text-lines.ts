import { decoded, type Encoding } from './encoding.js';

export interface TextLine {
  /** From 1. */
  number: number;
  text: string;
  /** Longer than a line may be: only its beginning is here. */
  tooLong?: true;
}

/** Characters. No line of a data set is longer. */
export const LINE_LENGTH_MAX = 1_048_576;

/** Lines of a file, streamed: LF, CRLF and CR end a line, also mixed in one file. The last may lack its end. */
export async function* textLines(filePath: string, encoding: Encoding, lengthMax = LINE_LENGTH_MAX): AsyncGenerator<TextLine> {
  let number = 0;
  let rest = '';
  let tooLong = false;
  let afterCr = false;
  const keep = (part: string): void => {
    if (tooLong) return;
    rest = rest === '' ? part : rest + part;
    tooLong = rest.length > lengthMax;
    if (tooLong) rest = rest.slice(0, lengthMax + 1);
  };
  const line = (): TextLine => {
    const one: TextLine = tooLong ? { number: ++number, text: rest, tooLong } : { number: ++number, text: rest };
    rest = '';
    tooLong = false;
    return one;
  };
  for await (const chunk of decoded(filePath, encoding)) {
    let from = afterCr && chunk.startsWith('\n') ? 1 : 0; // the second half of CRLF
    let cr = chunk.indexOf('\r', from);
    for (let lf = chunk.indexOf('\n', from); lf !== -1 || cr !== -1;) {
      const isCr = cr !== -1 && (lf === -1 || cr < lf);
      const end = isCr ? cr : lf;
      keep(chunk.slice(from, end));
      yield line();
      from = isCr && chunk[end + 1] === '\n' ? end + 2 : end + 1;
      if (cr !== -1 && cr < from) cr = chunk.indexOf('\r', from);
      if (lf !== -1 && lf < from) lf = chunk.indexOf('\n', from);
    }
    if (from < chunk.length) keep(chunk.slice(from));
    afterCr = chunk.endsWith('\r');
  }
  if (rest !== '') yield line();
}
