import { createPool } from '#database';
import { digestOf, modelNames } from '#projections';

/** By table of every read model, and of what they parked, but for why: rows, and a digest over all of them. */
export async function digestsOf(url: string): Promise<Record<string, string>> {
  const pool = createPool({ url, max: 2, applicationName: 'checker' });
  try {
    const digests: Record<string, string> = {};
    for (const name of await modelNames(pool)) {
      for (const { table, rows, digest } of await digestOf(pool, { name })) digests[table] = `${rows} rows, ${digest}`;
    }
    const { rows } = await pool.query<{ count: number; digest: string | null }>(
      `SELECT count(*)::int AS count, md5(string_agg(concat_ws(' ', projection, version, position, key), ';' ORDER BY projection, position)) AS digest
         FROM read.parked`,
    );
    digests['parked'] = `${rows[0]!.count} rows, ${rows[0]!.digest}`;
    return digests;
  } finally {
    await pool.end();
  }
}
