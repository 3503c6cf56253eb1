import type { Sql } from '#database';

/** Types that travel through `unnest` and come back as plain JSON values. `jsonb` holds any JSON, arrays too. */
export type ColumnType = 'uuid' | 'text' | 'int' | 'smallint' | 'bigint' | 'boolean' | 'timestamptz' | 'date' | 'jsonb';

/** Every column of a row, by name and type. */
export type Columns<Row extends object> = { readonly [K in keyof Row & string]-?: ColumnType };

/** A table of rows that are written set-based: a statement takes all rows of a batch, one array per column. */
export interface RowTable<Row extends object> {
  /** With its schema, e.g. `read.client_file_v1`. */
  readonly table: string;
  /** Its primary key. */
  readonly key: readonly (keyof Row & string)[];
  readonly columns: Columns<Row>;
}

/** Inserts the rows, or replaces those of the same key. No key twice. */
export async function upsertRows<Row extends object>(db: Sql, { table, key, columns }: RowTable<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const names = namesOf(columns);
  const changing = names.filter((name) => !key.includes(name));
  const action =
    changing.length === 0 ? 'NOTHING' : `UPDATE SET ${changing.map((name) => `${quote(name)} = excluded.${quote(name)}`).join(', ')}`;
  await db.query(
    `INSERT INTO ${table} (${names.map(quote).join(', ')}) SELECT * FROM ${unnestOf(columns, names)} ON CONFLICT (${key.map(quote).join(', ')}) DO ${action}`,
    arraysOf(columns, names, rows),
  );
}

/** The rows of these keys, as far as there are any. */
export async function loadRows<Row extends object>(db: Sql, table: RowTable<Row>, keys: readonly Partial<Row>[]): Promise<Row[]> {
  if (keys.length === 0) return [];
  const { columns, key } = table;
  const list = namesOf(columns).map((name) => `t.${quote(name)}`);
  const { rows } = await db.query<Row>(
    `SELECT ${list.join(', ')} FROM ${unnestOf(columns, key)} AS k (${key.map(quote).join(', ')}) JOIN ${table.table} AS t USING (${key.map(quote).join(', ')})`,
    arraysOf(columns, key, keys),
  );
  return rows;
}

export async function deleteRows<Row extends object>(
  db: Sql,
  { table, columns, key }: RowTable<Row>,
  keys: readonly Partial<Row>[],
): Promise<void> {
  if (keys.length === 0) return;
  const match = key.map((name) => `t.${quote(name)} = k.${quote(name)}`).join(' AND ');
  await db.query(
    `DELETE FROM ${table} AS t USING ${unnestOf(columns, key)} AS k (${key.map(quote).join(', ')}) WHERE ${match}`,
    arraysOf(columns, key, keys),
  );
}

const namesOf = <Row extends object>(columns: Columns<Row>): (keyof Row & string)[] => Object.keys(columns) as (keyof Row & string)[];

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const unnestOf = <Row extends object>(columns: Columns<Row>, names: readonly (keyof Row & string)[]): string =>
  `unnest(${names.map((name, at) => `$${at + 1}::${columns[name]}[]`).join(', ')})`;

const arraysOf = <Row extends object>(
  columns: Columns<Row>,
  names: readonly (keyof Row & string)[],
  rows: readonly Partial<Row>[],
): unknown[][] => names.map((name) => rows.map((row) => valueOf(columns[name], row[name])));

function valueOf(type: ColumnType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return type === 'jsonb' ? JSON.stringify(value) : value;
}
