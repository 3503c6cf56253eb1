import { statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { RowRefused, type SourceRow, UnusableFile } from './source.js';
import { LINE_BYTES_MAX, type TextLine, textLines } from './text-lines.js';

export interface TableRow {
  file: string;
  line: number;
  /** Trimmed values by column name. Columns that the adapter does not know are here too. */
  values: Readonly<Record<string, string>>;
}

/** A record's text and its first line, or why it is none. */
type TextRecord = { line: number } & ({ text: string } | { refused: string });

const RECORD_LINES_MAX = 1_000;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Rows of a delimited UTF-8 file with a header, streamed. Takes any line ends, a byte order mark, columns in any order and
 * columns it does not know. Throws UnusableFile where a needed column is missing or named twice, before any row. A record
 * that cannot be read is refused with its line, and the next line is read on its own.
 */
export async function* tableRows(filePath: string, delimiter: string, needed: readonly string[]): AsyncGenerator<TableRow | SourceRow> {
  const file = path.basename(filePath);
  if (!statSync(filePath, { throwIfNoEntry: false })?.isFile()) throw new UnusableFile(`there is no file ${filePath}`);
  let header: string[] | undefined;
  for await (const record of records(filePath, delimiter)) {
    if ('refused' in record) {
      if (!header) throw new UnusableFile(`${file}: its first line must name the columns ${needed.join(', ')}`);
      yield { file, line: record.line, refused: { reason: record.refused } };
      continue;
    }
    const cells = cellsOf(record.text, delimiter);
    if (!header) {
      header = columnsOf(file, cells, needed);
      continue;
    }
    const columns = header;
    if (cells.length !== columns.length) yield { file, line: record.line, refused: { reason: 'wrong-number-of-columns' } };
    else if (record.text.includes('\0')) yield { file, line: record.line, refused: { reason: 'nul-character' } };
    else yield { file, line: record.line, values: Object.fromEntries(columns.map((column, i) => [column, cells[i]!])) };
  }
  if (!header) throw new UnusableFile(`${file} is empty: its first line must name the columns ${needed.join(', ')}`);
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

/** Joins lines while a quoted field is open. One that never closes is refused by its first line alone. */
async function* records(filePath: string, delimiter: string): AsyncGenerator<TextRecord> {
  let open: { line: number; texts: string[]; bytes: number } | undefined;
  for await (const line of textLines(filePath)) {
    for (const record of takeLine(line)) yield record;
  }
  for (const record of giveUp()) yield record;

  function* takeLine({ number, bytes }: TextLine): Generator<TextRecord> {
    const text = bytes.length > LINE_BYTES_MAX ? undefined : decode(bytes, number === 1);
    if (text === undefined) {
      yield* giveUp();
      yield { line: number, refused: bytes.length > LINE_BYTES_MAX ? 'line-too-long' : 'not-utf-8' };
    } else if (open) {
      open.texts.push(text);
      open.bytes += text.length;
      const whole = open.texts.join('\n');
      const state = quoting(whole, delimiter);
      if (state === 'closed') {
        yield { line: open.line, text: whole };
        open = undefined;
      } else if (state === 'broken' || open.texts.length >= RECORD_LINES_MAX || open.bytes > LINE_BYTES_MAX) yield* giveUp();
    } else if (quoting(text, delimiter) === 'open') open = { line: number, texts: [text], bytes: text.length };
    else if (text.trim() !== '') yield { line: number, text };
  }

  // the lines behind the one at fault are read again, each as if it began a record
  function* giveUp(): Generator<TextRecord> {
    while (open) {
      const { line, texts } = open;
      open = undefined;
      yield { line, refused: 'quote-not-closed' };
      for (const [i, text] of texts.slice(1).entries()) yield* takeLine({ number: line + 1 + i, bytes: Buffer.from(text) });
    }
  }
}

function decode(bytes: Buffer, first: boolean): string | undefined {
  try {
    const text = strict.decode(bytes);
    return first && text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch {
    return undefined;
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

function columnsOf(file: string, cells: readonly string[], needed: readonly string[]): string[] {
  const known = new Map(needed.map((name) => [name.toLowerCase(), name]));
  const columns = cells.map((cell) => known.get(cell.toLowerCase()) ?? cell);
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new UnusableFile(`${file} lacks the columns ${missing.join(', ')}`);
  const twice = needed.filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (twice.length > 0) throw new UnusableFile(`${file} names the columns ${twice.join(', ')} twice`);
  return columns;
}

/** Maps good rows through an adapter, and passes on what was refused before it. */
export async function* mapRows(rows: AsyncIterable<TableRow | SourceRow>, map: (row: TableRow) => SourceRow): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    if (!('values' in row)) {
      yield row;
      continue;
    }
    try {
      yield map(row);
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      yield { file: row.file, line: row.line, refused: error.refusal };
    }
  }
}
