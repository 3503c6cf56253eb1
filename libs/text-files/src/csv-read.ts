import { parse } from 'csv-parse/sync';
import { LINE_LENGTH_MAX, type TextLine } from './text-lines.js';

/** A record's text and its first line; `refused`: why it is none, with what stands there. */
export interface TextRecord {
  line: number;
  text: string;
  refused?: 'line-too-long' | 'quote-not-closed';
}

const RECORD_LINES_MAX = 1_000;

/**
 * Records of a delimited text: joins lines while a quoted field is open, with a plain line feed whatever ended them. Blank
 * lines are none. A quote that never closes is refused by its first line alone, and the next line is read on its own.
 */
export async function* textRecords(lines: AsyncIterable<TextLine>, delimiter: string): AsyncGenerator<TextRecord> {
  let open: { line: number; texts: string[]; length: number } | undefined;
  for await (const line of lines) {
    if (!open && !line.tooLong && !line.text.includes('"')) {
      if (line.text.trim() !== '') yield { line: line.number, text: line.text }; // most lines
    } else for (const record of takeLine(line)) yield record;
  }
  for (const record of giveUp()) yield record;

  function* takeLine({ number, text, tooLong }: TextLine): Generator<TextRecord> {
    if (tooLong) {
      yield* giveUp();
      yield { line: number, text, refused: 'line-too-long' };
    } else if (open) {
      open.texts.push(text);
      open.length += text.length;
      const whole = open.texts.join('\n');
      const state = quoting(whole, delimiter);
      if (state === 'closed') {
        yield { line: open.line, text: whole };
        open = undefined;
      } else if (state === 'broken' || open.texts.length >= RECORD_LINES_MAX || open.length > LINE_LENGTH_MAX) yield* giveUp();
    } else if (quoting(text, delimiter) === 'open') open = { line: number, texts: [text], length: text.length };
    else if (text.trim() !== '') yield { line: number, text };
  }

  // the lines behind the one at fault are read again, each as if it began a record
  function* giveUp(): Generator<TextRecord> {
    while (open) {
      const { line, texts } = open;
      open = undefined;
      yield { line, text: texts[0]!, refused: 'quote-not-closed' };
      for (const [i, text] of texts.slice(1).entries()) yield* takeLine({ number: line + 1 + i, text });
    }
  }
}

/** Cells of a record, trimmed. What is quoted otherwise than the rules say is read as the library reads it. */
export function cellsOf(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter).map((cell) => cell.trim()); // most records, and a hundred times faster
  const cells = wellQuoted(text, delimiter);
  if (cells) return cells;
  const rows: string[][] = parse(text, { delimiter, relax_quotes: true, relax_column_count: true, record_delimiter: [] });
  return (rows[0] ?? []).map((cell) => cell.trim());
}

/** Cells of a record in which every quote opens a cell, closes it, or is doubled inside one, and every line break is quoted; undefined for any other. */
function wellQuoted(text: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    let end: number;
    if (text[at] === '"') {
      const from = at + 1;
      for (end = text.indexOf('"', from); end !== -1 && text[end + 1] === '"';) end = text.indexOf('"', end + 2);
      if (end === -1) return undefined;
      cells.push(text.slice(from, end).replaceAll('""', '"').trim());
      end++;
    } else {
      const found = text.indexOf(delimiter, at);
      end = found === -1 ? text.length : found;
      const cell = text.slice(at, end);
      if (/["\r\n]/.test(cell)) return undefined;
      cells.push(cell.trim());
    }
    if (end >= text.length) return cells;
    if (!text.startsWith(delimiter, end)) return undefined;
    at = end;
  }
}

/**
 * Whether the text ends inside a quoted field. A quote opens a field at its start alone, a doubled one inside is a character,
 * and one that closes is followed by a delimiter or the end; where it is not, the quote before it was never closed.
 */
function quoting(text: string, delimiter: string): 'closed' | 'open' | 'broken' {
  if (!text.includes('"')) return 'closed';
  let [inside, atStart] = [false, true];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inside) {
      if (char !== '"') continue;
      const next = text[at + 1];
      if (next === '"') at++;
      else if (next === undefined || next === delimiter) inside = false;
      else return 'broken';
    } else if (char === '"' && atStart) inside = true;
    atStart = !inside && char === delimiter;
  }
  return inside ? 'open' : 'closed';
}
