import { dateOf, type DecimalForm, decimalOf, wholeOf } from '#text-files';
import type { RefusalCode, Translation } from './adapter.js';

const DETAIL_MAX = 32;

/** A cell cannot be taken: the message is parked with the code and the column. */
class CellRefused extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly column: string | number,
  ) {
    super(code);
  }
}

/** Cells of one record by their column, each read as what it must be. What is wrong with the first that is wrong refuses the record. */
export class Cells<Column extends string | number> {
  constructor(private readonly text: (column: Column) => string | undefined) {}

  /** Trimmed; empty where it says nothing. */
  optional(column: Column): string {
    return this.text(column)?.trim() ?? '';
  }

  said(column: Column): string {
    return this.optional(column) || this.refuse('missing', column);
  }

  date(column: Column): string {
    return dateOf(this.said(column)) ?? this.refuse('bad-date', column);
  }

  decimal(column: Column, form: DecimalForm): number {
    const found = decimalOf(this.optional(column), form);
    return typeof found === 'number' ? found : this.refuse(found, column);
  }

  optionalDecimal(column: Column, form: DecimalForm): number | undefined {
    return this.optional(column) === '' ? undefined : this.decimal(column, form);
  }

  whole(column: Column): number {
    const found = wholeOf(this.optional(column));
    return typeof found === 'number' ? found : this.refuse(found, column);
  }

  /** `detail`: what stands there, where it is a word of the source's and nobody's own. */
  refuse(code: RefusalCode, column: Column, detail?: string): never {
    const name = this.nameOf(column);
    throw new CellRefused(code, detail === undefined ? name : `${name}/${detail.slice(0, DETAIL_MAX)}`);
  }

  protected nameOf(column: Column): string | number {
    return column;
  }
}

/** What a record says, or the refusal of the first cell that cannot be taken. */
export function translated(read: () => readonly unknown[]): Translation {
  try {
    return { statements: read() };
  } catch (error) {
    if (!(error instanceof CellRefused)) throw error;
    return { refused: { code: error.code, pointer: `/${error.column}` } };
  }
}
