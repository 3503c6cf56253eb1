import { statSync } from 'node:fs';
import path from 'node:path';
import {
  cellsOf,
  type Columns,
  columnsOf,
  type Encoding,
  encodingOf,
  textLines,
  textRecords,
  UnreadableText,
  WrongHeader,
} from '#text-files';
import { type Refusal, RowRefused, type SourceRow, UnusableFile } from './source.js';

export interface TableRow {
  file: string;
  line: number;
  /** Trimmed values by column name; empty where the file lacks an optional column. */
  values: Readonly<Record<string, string>>;
}

/** A row that is none: it says nothing of itself, but where it stands may say something of its neighbours. */
export interface RefusedRow {
  file: string;
  line: number;
  refused: Refusal;
  text: string;
}

/**
 * Rows of a delimited file with a header, streamed. Takes any line ends, a byte order mark, columns in any order and any case.
 * Throws UnusableFile, before any row, where the whole is in no one encoding (`encoding`: as stated) or its header does not name
 * the columns. A record that cannot be read is refused with its line, and the next line is read on its own.
 */
export async function* tableRows(
  filePath: string,
  delimiter: string,
  columns: Columns,
  encoding?: Encoding,
): AsyncGenerator<TableRow | RefusedRow> {
  const file = path.basename(filePath);
  if (!statSync(filePath, { throwIfNoEntry: false })?.isFile()) throw new UnusableFile(`there is no file ${filePath}`);
  const named = `its first line must name the columns ${columns.needed.join(', ')}`;
  let header: string[] | undefined;
  let absent: Readonly<Record<string, string>> = {};
  for await (const { line, text, refused } of textRecords(
    textLines(filePath, await usable(encodingOf(filePath, file, encoding))),
    delimiter,
  )) {
    if (!header) {
      if (refused) throw new UnusableFile(`${file}: ${named}`);
      header = headerOf(file, cellsOf(text, delimiter), columns);
      const stated = header;
      absent = Object.fromEntries((columns.optional ?? []).filter((name) => !stated.includes(name)).map((name) => [name, '']));
      continue;
    }
    if (refused) {
      yield { file, line, text, refused: { reason: refused } };
      continue;
    }
    const cells = cellsOf(text, delimiter);
    if (cells.length !== header.length) yield { file, line, text, refused: { reason: 'wrong-number-of-columns' } };
    else if (text.includes('\0')) yield { file, line, text, refused: { reason: 'nul-character' } };
    else yield { file, line, values: { ...absent, ...Object.fromEntries(header.map((column, i) => [column, cells[i]!])) } };
  }
  if (!header) throw new UnusableFile(`${file} is empty: ${named}`);
}

const usable = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((error: unknown) => {
    throw error instanceof UnreadableText ? new UnusableFile(error.message) : error;
  });

function headerOf(file: string, cells: readonly string[], columns: Columns): string[] {
  try {
    return columnsOf(file, cells, columns);
  } catch (error) {
    throw error instanceof WrongHeader ? new UnusableFile(error.message) : error;
  }
}

/** Maps good rows through an adapter, and passes on what was refused before it. */
export async function* mapRows(
  rows: AsyncIterable<TableRow | RefusedRow>,
  map: (row: TableRow) => SourceRow,
  refused: (row: RefusedRow) => void = () => {},
): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    if (!('values' in row)) {
      refused(row);
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
