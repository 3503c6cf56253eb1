import path from 'node:path';
import { cellsOf, type Encoding, textLines, textRecords, WrongHeader } from '#text-files';
import type { FileReading } from './adapter.js';
import { Cells } from './cells.js';
import { COLUMN_NAMES, type TerminalColumn } from './terminal-words.js';

/** One row under the names of its file. */
export type TerminalRow = Readonly<Record<string, string>>;

/** A row as it is kept: by itself it says everything, also when it is tried again. */
export interface KeptRow {
  row: TerminalRow;
  /** The account and the source as stated for the whole file. */
  account?: string;
  source: string;
  /** Which of several rows it is that say the same, or have one number; from 0. */
  ordinal: number;
}

/** What a file of a terminal has before and behind its columns. */
export interface TerminalLine {
  /** A record behind the header; none where its cells are not those of the header. */
  row?: TerminalRow;
  text: string;
  /** A title or the figures above the table, or a sum below it: it is no record. */
  is: 'row' | 'broken' | 'above' | 'summary';
}

export const TERMINAL_SOURCE = 'client-terminal';
export const TERMINAL_EXTENSIONS = ['.txt', '.csv', '.xls'];
const ABOVE_MAX = 20;
const SUMMARY = /^(合计|总计|小计|汇总|共计|总和)[:：]?$/;
const RULE = /^[-=—_\s]*$/;

/**
 * Lines of a table that a terminal has written out: tabs or commas, cells like `="600000"`, figures above the header and sums below
 * the rows. Throws WrongHeader where none of the first lines names the columns (each by one of its names), or one names a column twice.
 */
export async function* terminalLines(
  filePath: string,
  { encoding }: FileReading,
  needed: readonly TerminalColumn[],
): AsyncGenerator<TerminalLine> {
  const file = path.basename(filePath);
  const delimiter = await delimiterOf(filePath, encoding, needed);
  if (!delimiter) {
    const named = needed.map((column) => COLUMN_NAMES[column].join('/')).join(', ');
    throw new WrongHeader(`${file}: none of its first lines names the columns ${named}`);
  }
  let names: string[] | undefined;
  for await (const { text } of textRecords(textLines(filePath, encoding), delimiter)) {
    const found = unwrapped(text, delimiter);
    if (names) {
      const cells = withoutEnd(found, names.length);
      if (isSummary(cells) || RULE.test(text)) yield { is: 'summary', text };
      else if (cells.length !== names.length) yield { is: 'broken', text };
      else yield { is: 'row', text, row: Object.fromEntries(names.map((name, at) => [name, cells[at]!])) };
    } else if (needed.every((column) => nameIn(found, column))) {
      names = withoutEnd(found, 0);
      const twice = names.find((name, at, all) => all.indexOf(name) < at);
      if (twice !== undefined) throw new WrongHeader(`${file} names the column ${twice || '(without a name)'} twice`);
    } else yield { is: 'above', text };
  }
}

/** What parts the cells of the line that names the columns; undefined where none of the first lines does. */
async function delimiterOf(filePath: string, encoding: Encoding, needed: readonly TerminalColumn[]): Promise<string | undefined> {
  let left = ABOVE_MAX;
  for await (const { text } of textLines(filePath, encoding)) {
    const found = ['\t', ','].find((delimiter) => {
      const names = unwrapped(text, delimiter);
      return needed.every((column) => nameIn(names, column));
    });
    if (found || --left === 0) return found;
  }
  return undefined;
}

/** A sum below the rows, or a line of delimiters alone. */
const isSummary = (cells: readonly string[]): boolean =>
  cells.every((cell) => cell === '') || cells.slice(0, 3).some((cell) => SUMMARY.test(cell.replaceAll(/\s/g, '')));

/** Cells without what keeps a spreadsheet from taking them for numbers. */
const unwrapped = (text: string, delimiter: string): string[] =>
  cellsOf(text, delimiter).map((cell) =>
    cell
      .replace(/^="?(.*?)"?$/, '$1')
      .replace(/^'/, '')
      .trim(),
  );

/** Without the empty cells that a delimiter at a line's end makes. */
function withoutEnd(cells: readonly string[], length: number): string[] {
  let end = cells.length;
  while (end > length && cells[end - 1] === '') end--;
  return cells.slice(0, end);
}

const nameIn = (names: readonly string[], column: TerminalColumn): string | undefined =>
  COLUMN_NAMES[column].find((name) => names.includes(name));

/** Cells of a row by what they are, whatever the terminal calls them; refusals name the column as the file does. */
export class TerminalCells extends Cells<TerminalColumn> {
  constructor(private readonly row: TerminalRow) {
    super((column) => {
      const name = nameIn(Object.keys(row), column);
      return name === undefined || EMPTY.has(row[name]!) ? '' : row[name];
    });
  }

  protected override nameOf(column: TerminalColumn): string {
    return nameIn(Object.keys(this.row), column) ?? COLUMN_NAMES[column][0];
  }
}

/** How terminals write that there is nothing. */
const EMPTY: ReadonlySet<string> = new Set(['', '-', '--', '---', '—']);

/** Whether a text numbers something: terminals write zeros where there is no number. */
export const isNumber = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/.test(text) && !/^0+$/.test(text);

/** Tells rows apart that say the same: the second of two equal ones, in one file, is another. */
export class Ordinals {
  private readonly seen = new Map<string, number>();

  next(key: string): number {
    const ordinal = this.seen.get(key) ?? 0;
    this.seen.set(key, ordinal + 1);
    return ordinal;
  }
}

export const keptAs = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));
