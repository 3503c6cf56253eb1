import { type Database, type Sql } from '#database';
import type { Generation } from './generations.js';
import { digestsIn, type TableDigest } from './digest.js';

/** One table of both generations, at one position. */
export interface TableComparison {
  table: string;
  old: Omit<TableDigest, 'table'>;
  new: Omit<TableDigest, 'table'>;
  same: boolean;
  /** Of rows that the other side has not, or has otherwise; 0 where they are the same, undefined where nobody counted. */
  onlyOld?: number;
  onlyNew?: number;
}

/** Stands among the tables for which events wait behind which clients. */
export const PARKED = 'parked events';

/** A relation of each table in one generation; the parked events are compared without their codes and times. */
export const relationsOf = (tables: readonly string[], schema: string, model: string, parkedIn: string): Map<string, string> =>
  new Map([
    ...tables.map((table): [string, string] => [table, `"${schema}"."${table}"`]),
    [PARKED, `(SELECT position, key FROM "${parkedIn}".parked WHERE projection = '${model}')`],
  ]);

/** The tables of the generation that readers see. */
export async function tablesOf(sql: Sql, { model }: Pick<Generation, 'model'>): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>('SELECT name FROM read.tables_of($1)', [model]);
  return rows.map(({ name }) => name);
}

/** Digests of both sides, read at the same time where the two have connections of their own. */
export async function compareDigests(
  old: Sql,
  oldRelations: ReadonlyMap<string, string>,
  next: Sql,
  newRelations: ReadonlyMap<string, string>,
): Promise<TableComparison[]> {
  const [before, after] =
    old === next
      ? [await digestsIn(old, oldRelations), await digestsIn(next, newRelations)]
      : await Promise.all([digestsIn(old, oldRelations), digestsIn(next, newRelations)]);
  return before.map(({ table, ...was }, at) => {
    const { rows, digest } = after[at]!;
    const same = was.rows === rows && was.digest === digest;
    return { table, old: was, new: { rows, digest }, same, ...(same && { onlyOld: 0, onlyNew: 0 }) };
  });
}

const CHUNK = 5_000;

/** How many rows each side has that the other has not. Two sorted readings, merged: neither side is held in memory. */
export async function countDifferences(old: Sql, oldRelation: string, next: Sql, newRelation: string): Promise<[number, number]> {
  const [left, right] = [hashes(old, 'left_rows', oldRelation), hashes(next, 'right_rows', newRelation)];
  let [onlyOld, onlyNew] = [0, 0];
  let [a, b] = [await left.next(), await right.next()];
  while (!a.done || !b.done) {
    if (b.done || (!a.done && a.value < b.value)) {
      onlyOld++;
      a = await left.next();
    } else if (a.done || b.value < a.value) {
      onlyNew++;
      b = await right.next();
    } else [a, b] = [await left.next(), await right.next()];
  }
  return [onlyOld, onlyNew];
}

/** Within a transaction of the caller's. */
async function* hashes(sql: Sql, cursor: string, relation: string): AsyncGenerator<string, undefined> {
  await sql.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT md5(t::text) COLLATE "C" AS m FROM ${relation} t ORDER BY 1`);
  for (;;) {
    const { rows } = await sql.query<{ m: string }>(`FETCH ${CHUNK} FROM ${cursor}`);
    for (const { m } of rows) yield m;
    if (rows.length < CHUNK) break;
  }
  await sql.query(`CLOSE ${cursor}`);
  return undefined;
}

/** One READ ONLY snapshot for as long as `work` takes. */
export async function inSnapshot<T>(pool: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work(client);
  } finally {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    client.release(broken);
  }
}
