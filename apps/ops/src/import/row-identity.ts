import { createHash } from 'node:crypto';

/**
 * Identity of rows that have no id of their own: SHA-256 of the canonical row and its ordinal among equal rows, so that
 * true duplicates count and a repeated import does not. The canonical row holds the columns that the adapter knows, in
 * its own order, so that another column or another order of columns does not make another row.
 */
export class RowIdentity {
  private readonly seen = new Map<string, number>();

  constructor(private readonly columns: readonly string[]) {}

  of(values: Readonly<Record<string, string>>): { record: string; content: string } {
    const content = canonicalRow(values, this.columns);
    const digest = createHash('sha256').update(content).digest('base64').slice(0, 24); // enough to tell rows apart, in half the memory
    const ordinal = (this.seen.get(digest) ?? 0) + 1;
    this.seen.set(digest, ordinal);
    return { record: createHash('sha256').update(content).update(`#${ordinal}`).digest('hex'), content };
  }
}

export const canonicalRow = (values: Readonly<Record<string, string>>, columns: readonly string[]): string =>
  JSON.stringify(columns.map((column) => values[column] ?? ''));
