import type { Session } from '#database';
import { ColumnArrays } from './column-arrays.js';
import { type Columns, type NamedColumn, namedColumns, type NamedColumns } from './columns.js';

/** The part of a transaction that projections need. */
export type Db = Session;

/** Rows that are sent along with a statement, an array a column: one statement, whatever their number. */
export class RowSet<Row extends object> {
  private readonly members: readonly (keyof Row & string)[];
  private readonly columns: readonly NamedColumn[];
  /** The columns, as a statement lists them. */
  readonly names: string;
  /** The rows, as a statement selects them. */
  readonly selected: string;

  constructor(columns: NamedColumns<Row>) {
    this.members = Object.keys(columns) as (keyof Row & string)[];
    this.columns = this.members.map((member) => columns[member]);
    this.names = this.columns.map(({ name }) => name).join(', ');
    this.selected = this.columns.map(({ type }, i) => `unnest($${i + 1}::${type}[])`).join(', ');
  }

  static of<Row extends object>(columns: Columns<Row>): RowSet<Row> {
    return new RowSet(namedColumns(columns));
  }

  /** The rows as a table of this name, for a statement's `FROM`. */
  as(name: string): string {
    return `unnest(${this.columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ')}) AS ${name} (${this.names})`;
  }

  /** Runs a statement over the rows, prepared under its name where it has one; without rows there is nothing to run. */
  async send(db: Db, rows: readonly Row[], statement: { text: string; name?: string }): Promise<void> {
    if (rows.length === 0) return;
    const { text, name } = statement;
    const columns = this.members.map((member, i) => ({ type: this.columns[i]!.type, values: rows.map((row) => row[member]) }));
    await ColumnArrays.lend((arrays) => {
      const values = columns.map(({ type, values }) => arrays.of(type, values));
      return name === undefined ? db.query(text, values) : db.query({ name, text, values });
    });
  }
}
