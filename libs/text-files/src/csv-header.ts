/** Columns of a file, by the names that an adapter uses for them. */
export interface Columns {
  /** Without one of these the file is another. */
  needed: readonly string[];
  /** What a file may say besides; a missing one says nothing. */
  optional?: readonly string[];
}

/** The first line of a file does not name its columns as it must: nothing of it is taken. The sentence is for people. */
export class WrongHeader extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'WrongHeader';
  }
}

/**
 * The columns that a header names, in any order and any case, under the names that the adapter knows. Throws WrongHeader where
 * one is missing, named twice, or not known: a misspelt optional column would say nothing, and nobody would notice.
 */
export function columnsOf(file: string, cells: readonly string[], { needed, optional = [] }: Columns): string[] {
  const known = new Map([...needed, ...optional].map((name) => [name.toLowerCase(), name]));
  const columns = cells.map((cell) => known.get(cell.toLowerCase()) ?? cell);
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new WrongHeader(`${file} lacks the columns ${missing.join(', ')}`);
  const twice = columns.filter((name, at) => columns.indexOf(name) < at);
  if (twice.length > 0) throw new WrongHeader(`${file} names the columns ${[...new Set(twice)].join(', ')} twice`);
  const unknown = columns.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0) {
    const named = unknown.map((name) => (name === '' ? '(without a name)' : name)).join(', ');
    throw new WrongHeader(
      `${file} has columns that are not known: ${named}; the others that it may have are ${[...needed, ...optional].join(', ')}`,
    );
  }
  return columns;
}
