import type { Session } from '#database';
import type { ColumnType } from './binary-values.js';
import { ColumnArrays } from './column-arrays.js';

/** The part of a transaction that projections need. */
export type Db = Session;

/** Column name and type of each member of a row; JSON documents are text. */
export type Columns<Row> = { readonly [K in keyof Row]-?: readonly [column: string, type: ColumnType] };

/** Schema whose views are what readers see. */
export const READ_SCHEMA = 'read';

/**
 * A table of rows that are loaded by key and written in sets: one statement a batch, whatever its size. Its name has no
 * schema: the session says which generation of the read model it loads and writes.
 */
export class RowTable<Row extends object> {
  private readonly members: (keyof Row & string)[];
  /** Reads rows whole, as `load` does, but what readers see, for a query to add its conditions to. */
  readonly select: string;
  private readonly loadText: string;
  private readonly insertText: string;
  private readonly upsertText: string;

  constructor(
    readonly table: string,
    readonly key: readonly (keyof Row & string)[],
    readonly columns: Columns<Row>,
  ) {
    this.members = Object.keys(columns) as (keyof Row & string)[];
    const name = (member: keyof Row & string): string => columns[member][0];
    const names = this.members.map(name).join(', ');
    const arrays = this.members.map((member, i) => `unnest($${i + 1}::${columns[member][1]}[])`).join(', ');
    const set = this.members.filter((member) => !key.includes(member)).map((member) => `${name(member)} = excluded.${name(member)}`);
    // text forms that JavaScript keeps exactly: no Date objects, no floats
    const read = (member: keyof Row & string): string => {
      const [column, type] = columns[member];
      if (type === 'timestamptz') return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${member}"`;
      return `${type === 'date' ? `${column}::text` : column} AS "${member}"`;
    };
    const columnsRead = this.members.map(read).join(', ');
    this.select = `SELECT ${columnsRead} FROM ${READ_SCHEMA}.${table}`;
    const [column, type] = columns[key[0]!];
    this.loadText = `SELECT ${columnsRead} FROM ${table} WHERE ${column} = ANY ($1::${type}[])`;
    this.insertText = `INSERT INTO ${table} (${names}) SELECT ${arrays}`;
    this.upsertText = `${this.insertText} ON CONFLICT (${key.map(name).join(', ')}) DO UPDATE SET ${set.join(', ')}`;
  }

  /** The rows that have one of these values in the first column of the key. */
  async load(db: Db, keys: readonly string[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    const [, type] = this.columns[this.key[0]!];
    const { rows } = await ColumnArrays.lend((arrays) => db.query(this.loadText, [arrays.of(type, keys)]));
    return rows as Row[];
  }

  async insert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.write(db, `insert-${this.table}`, this.insertText, rows);
  }

  async upsert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.write(db, `upsert-${this.table}`, this.upsertText, rows);
  }

  /**
   * Loads the rows of these keys, folds every event into its row in order, and writes what changed. `begins` tells the
   * events before which there can be no row: none is looked up.
   */
  async foldInto<Event>(
    db: Db,
    events: readonly Event[],
    keyOf: (event: Event) => string | undefined,
    fold: (row: Row | undefined, event: Event) => Row | undefined,
    begins: (event: Event, key: string) => boolean = () => false,
  ): Promise<void> {
    const keys: (string | undefined)[] = [];
    const begun = new Set<string>();
    const sought = new Set<string>();
    for (const event of events) {
      const key = keyOf(event);
      keys.push(key);
      if (key === undefined || begun.has(key) || sought.has(key)) continue;
      (begins(event, key) ? begun : sought).add(key);
    }
    const found = await this.load(db, [...sought]);
    const rows = new Map(found.map((row) => [row[this.key[0]!] as string, row]));
    const [made, changed] = [new Map<string, Row>(), new Map<string, Row>()];
    for (const [at, event] of events.entries()) {
      const key = keys[at];
      if (key === undefined) continue;
      const into = begun.has(key) ? made : changed;
      const row = fold(into.get(key) ?? rows.get(key), event);
      if (row) into.set(key, row);
    }
    await this.insert(db, [...made.values()]);
    await this.upsert(db, [...changed.values()]);
  }

  private async write(db: Db, name: string, text: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = this.members.map((member) => ({ type: this.columns[member][1], values: rows.map((row) => row[member]) }));
    await ColumnArrays.lend((arrays) => db.query({ name, text, values: columns.map(({ type, values }) => arrays.of(type, values)) }));
  }
}

/** Of a table with a row a stream: nothing else than its first event makes the row. */
export const firstOfItsStream = ({ streamId, version }: { streamId: string; version: number }, key: string): boolean =>
  version === 1 && streamId === key;
