import { createReadStream } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse';
import { RowRefused, type SourceRow, UnusableFile } from './source.js';

export interface TableRow {
  file: string;
  line: number;
  /** Trimmed values by column name. Columns that the adapter does not know are here too. */
  values: Readonly<Record<string, string>>;
}

interface Record_ {
  record: string[];
  info: { lines: number };
}

/**
 * Rows of a delimited text file with a header, streamed. Takes any line end, a byte order mark, columns in any order and
 * columns it does not know. Throws UnusableFile where a needed column is missing. A row of another width is refused.
 */
export async function* tableRows(filePath: string, delimiter: string, needed: readonly string[]): AsyncGenerator<TableRow | SourceRow> {
  const file = path.basename(filePath);
  const parser = createReadStream(filePath).pipe(
    parse({
      delimiter,
      bom: true,
      info: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 1_000_000,
    }),
  );
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Record_>) {
      const cells = record.map((cell) => cell.trim());
      if (!header) {
        header = columnsOf(file, cells, needed);
        continue;
      }
      const columns = header;
      if (cells.length !== columns.length) yield { file, line: info.lines, refused: { reason: 'wrong-number-of-columns' } };
      else if (cells.some((cell) => cell.includes('\0'))) yield { file, line: info.lines, refused: { reason: 'nul-character' } };
      else yield { file, line: info.lines, values: Object.fromEntries(columns.map((column, i) => [column, cells[i]!])) };
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (!code.startsWith('CSV_') && code !== 'ENOENT' && code !== 'EISDIR') throw error;
    throw new UnusableFile(`${file}: ${(error as Error).message}`);
  }
  if (!header) throw new UnusableFile(`${file} is empty: its first line must name the columns ${needed.join(', ')}`);
}

function columnsOf(file: string, cells: readonly string[], needed: readonly string[]): string[] {
  const known = new Map(needed.map((name) => [name.toLowerCase(), name]));
  const columns = cells.map((cell) => known.get(cell.toLowerCase()) ?? cell);
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new UnusableFile(`${file} lacks the columns ${missing.join(', ')}`);
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
