/** The part of a transaction that projections need. */
export interface Db {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[]; rowCount?: number | null }>;
}

type ColumnType = 'uuid' | 'text' | 'timestamptz' | 'date' | 'int' | 'bigint' | 'boolean';

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
    const arrays = this.members.map((member, i) => `$${i + 1}::${columns[member][1]}[]`).join(', ');
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
    this.insertText = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`;
    this.upsertText = `${this.insertText} ON CONFLICT (${key.map(name).join(', ')}) DO UPDATE SET ${set.join(', ')}`;
  }

  /** The rows that have one of these values in the first column of the key. */
  async load(db: Db, keys: readonly string[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    const { rows } = await db.query(this.loadText, [keys]);
    return rows as Row[];
  }

  async insert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.write(db, this.insertText, rows);
  }

  async upsert(db: Db, rows: readonly Row[]): Promise<void> {
    await this.write(db, this.upsertText, rows);
  }

  /** Loads the rows of these keys, folds every event into its row in order, and writes what changed. */
  async foldInto<Event>(
    db: Db,
    events: readonly Event[],
    keyOf: (event: Event) => string | undefined,
    fold: (row: Row | undefined, event: Event) => Row | undefined,
  ): Promise<void> {
    const keyed = events.flatMap((event) => {
      const key = keyOf(event);
      return key === undefined ? [] : [{ key, event }];
    });
    const found = await this.load(db, [...new Set(keyed.map(({ key }) => key))]);
    const rows = new Map(found.map((row) => [row[this.key[0]!] as string, row]));
    const changed = new Set<string>();
    for (const { key, event } of keyed) {
      const row = fold(rows.get(key), event);
      if (!row) continue;
      rows.set(key, row);
      changed.add(key);
    }
    await this.upsert(
      db,
      [...changed].map((key) => rows.get(key)!),
    );
  }

  private async write(db: Db, text: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    await db.query(
      text,
      this.members.map((member) => rows.map((row) => row[member])),
    );
  }
}
