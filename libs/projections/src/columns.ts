import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import type { ColumnType } from './binary-values.js';

/** A column, stated once: its type in PostgreSQL, and what TypeScript knows of its values. */
export class Column<Value> {
  /** Known to the compiler alone: a column has no value. */
  declare readonly value: Value;

  constructor(
    readonly type: ColumnType,
    readonly nullable = false,
    /** Where it is not the member's in snake case. */
    readonly name?: string,
  ) {}

  /** It has these values alone: `text.of<'open' | 'closed'>()`. */
  of<Narrower extends Value>(): Column<Narrower> {
    return new Column(this.type, this.nullable, this.name);
  }

  get orNull(): Column<Value | null> {
    return new Column<Value | null>(this.type, true, this.name);
  }

  named(name: string): Column<Value> {
    return new Column(this.type, this.nullable, name);
  }
}

export const uuid = new Column<Uuid>('uuid');
/** JSON documents too. */
export const text = new Column<string>('text');
export const timestamptz = new Column<Instant>('timestamptz');
export const date = new Column<LocalDate>('date');
export const int = new Column<number>('int');
/** Safe integers. */
export const bigint = new Column<number>('bigint');
export const boolean = new Column<boolean>('boolean');

/** A column for each member of a row. */
export type Columns<Row> = { readonly [K in keyof Row]-?: Column<Row[K]> };

/** What PostgreSQL knows of a column. */
export interface NamedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}
export type NamedColumns<Row> = { readonly [K in keyof Row]-?: NamedColumn };

const snakeCase = (member: string): string => member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const namedColumns = <Row>(columns: Columns<Row>): NamedColumns<Row> => {
  const named = Object.entries<Column<unknown>>(columns).map(([member, { type, nullable, name = snakeCase(member) }]) => [
    member,
    { type, nullable, name },
  ]);
  return Object.fromEntries(named) as NamedColumns<Row>;
};
