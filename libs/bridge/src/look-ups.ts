import type { Sql } from '#database';

/**
 * Until the transaction ends, rows are looked up by their keys. A table that grows by millions a night is planned by what it
 * was before, or by a part of it that seems small enough to be read as a whole, again for each page.
 */
export async function byKeys(sql: Sql): Promise<void> {
  await sql.query(`SELECT set_config(name, 'off', true) FROM unnest('{enable_seqscan,enable_hashjoin,enable_mergejoin}'::text[]) AS name`);
}
