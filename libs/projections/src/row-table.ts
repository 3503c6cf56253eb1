import { ColumnArrays } from './column-arrays.js';
import { type Columns, namedColumns, type NamedColumns } from './columns.js';
import { type Db, RowSet } from './row-set.js';

/** Schema whose views are what readers see. */
export const READ_SCHEMA = 'read';

/**
 * A table of rows that are loaded by key and written in sets: one statement a batch, whatever its size. Its name has no
 * schema: the session says which generation of the read model it loads and writes.
 */
export class RowTable<Row extends object> {
  readonly columns: NamedColumns<Row>;
  /** Reads rows whole, as `load` does, but what readers see, for a query to add its conditions to. */
  readonly select: string;
  private readonly rows: RowSet<Row>;
  private readonly keyNames: string;
  private readonly loadText: string;
  private readonly insertText: string;
  private readonly upsertText: string;

  constructor(
    readonly table: string,
    readonly key: readonly NoInfer<keyof Row & string>[],
    columns: Columns<Row>,
  ) {
    this.columns = namedColumns(columns);
    this.rows = new RowSet(this.columns);
    const nameOf = (member: keyof Row & string): string => this.columns[member].name;
    const members = Object.keys(columns) as (keyof Row & string)[];
    const set = members.filter((member) => !key.includes(member)).map((member) => `${nameOf(member)} = excluded.${nameOf(member)}`);
    // text forms that JavaScript keeps exactly: no Date objects, no floats
    const read = (member: keyof Row & string): string => {
      const { name, type } = this.columns[member];
      if (type === 'timestamptz') return `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${member}"`;
      return `${type === 'date' ? `${name}::text` : name} AS "${member}"`;
    };
    const columnsRead = members.map(read).join(', ');
    this.select = `SELECT ${columnsRead} FROM ${READ_SCHEMA}.${table}`;
    const { name, type } = this.columns[key[0]!];
    this.loadText = `SELECT ${columnsRead} FROM ${table} WHERE ${name} = ANY ($1::${type}[])`;
    this.insertText = `INSERT INTO ${table} (${this.rows.names}) SELECT ${this.rows.selected}`;
    this.keyNames = key.map(nameOf).join(', ');
    this.upsertText = `${this.insertText} ON CONFLICT (${this.keyNames}) DO UPDATE SET ${set.join(', ')}`;
  }

  /** The rows that have one of these values in the first column of the key. */
  async load(db: Db, keys: readonly string[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    const { type } = this.columns[this.key[0]!];
    const { rows } = await ColumnArrays.lend((arrays) => db.query(this.loadText, [arrays.of(type, keys)]));
    return rows as Row[];
  }

  async insert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.rows.send(db, rows, { name: `insert-${this.table}`, text: this.insertText });
  }

  /** Those whose key is there already stay as they were. */
  async insertNew(db: Db, rows: readonly Row[]): Promise<void> {
    await this.rows.send(db, rows, {
      name: `insert-new-${this.table}`,
      text: `${this.insertText} ON CONFLICT (${this.keyNames}) DO NOTHING`,
    });
  }

  async upsert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.rows.send(db, rows, { name: `upsert-${this.table}`, text: this.upsertText });
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
}

/** A row of a table, as its columns describe it. */
export type RowOf<Table> = Table extends RowTable<infer Row> ? Row : never;

/** Of a table with a row a stream: nothing else than its first event makes the row. */
export const firstOfItsStream = ({ streamId, version }: { streamId: string; version: number }, key: string): boolean =>
  version === 1 && streamId === key;
