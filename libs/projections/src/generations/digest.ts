import type { Sql } from '#database';
import type { ProjectionId } from '../runner/projection.js';

/** How many rows a table holds, and a digest over all of them, in whatever order they lie. */
export interface TableDigest {
  table: string;
  rows: number;
  /** 128 bits in hex; equal for equal rows, wherever they are stored. */
  digest: string;
}

/** There is no read model of that name. */
export class UnknownModel extends Error {
  constructor(model: string, known: readonly string[]) {
    super(`there is no read model ${model}; the read models are ${known.join(', ')}`);
    this.name = 'UnknownModel';
  }
}

/**
 * Digests of what readers see of a read model, by table: equal for two databases, or two generations, that hold the same
 * rows. `sql` sees all branches: the owner, or rapport_reader. Throws UnknownModel.
 */
export async function digestOf(sql: Sql, { name }: Pick<ProjectionId, 'name'>): Promise<TableDigest[]> {
  const { rows } = await sql.query<{ name: string }>('SELECT name FROM read.tables_of($1)', [name]);
  if (rows.length === 0) throw new UnknownModel(name, await modelNames(sql));
  return digestsIn(sql, new Map(rows.map((row) => [row.name, `read."${row.name}"`])));
}

export async function modelNames(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ model: string }>(`SELECT model FROM read.generations WHERE state = 'active' ORDER BY model`);
  return rows.map(({ model }) => model);
}

/** One pass a table. Row digests are added up, so that their order does not matter and nothing is sorted or kept. */
export async function digestsIn(sql: Sql, relations: ReadonlyMap<string, string>): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const [table, relation] of relations) {
    const { rows } = await sql.query<{ rows: number; high: string; low: string }>(
      `SELECT count(*) AS rows, coalesce(sum(${half(1)}), 0)::text AS high, coalesce(sum(${half(17)}), 0)::text AS low
       FROM (SELECT md5(t::text) AS m FROM ${relation} t) d`,
    );
    const { rows: count, high, low } = rows[0]!;
    digests.push({ table, rows: count, digest: `${modulo64(high)}${modulo64(low)}` });
  }
  return digests;
}

const half = (from: number): string => `('x' || substr(m, ${from}, 16))::bit(64)::bigint`;
const modulo64 = (sum: string): string => BigInt.asUintN(64, BigInt(sum)).toString(16).padStart(16, '0');
