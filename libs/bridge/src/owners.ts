import type { Sql } from '#database';
import type { Uuid } from '#event-sourcing';

export interface Owner {
  clientId: Uuid;
  branchId: string;
}

/** The owner of each account: of several, who was linked first. An account nobody is linked to has none. In a transaction. */
export async function ownersOf(sql: Sql, accountIds: readonly string[]): Promise<ReadonlyMap<string, Owner>> {
  if (accountIds.length === 0) return new Map();
  await sql.query(`SELECT set_config('app.branch', '*', true)`);
  const { rows } = await sql.query<{ account_id: string; client_id: Uuid; branch_id: string }>(
    `SELECT DISTINCT ON (account_id) account_id, client_id, branch_id FROM read.account_links
      WHERE account_id = ANY ($1::text[]) AND role = 'owner' AND unlinked_position IS NULL ORDER BY account_id, position`,
    [[...new Set(accountIds)]],
  );
  return new Map(rows.map((row) => [row.account_id, { clientId: row.client_id, branchId: row.branch_id }]));
}

/** The clients who hold these numbers. */
export async function clientsNumbered(sql: Sql, clientNos: readonly string[]): Promise<ReadonlyMap<string, Uuid>> {
  if (clientNos.length === 0) return new Map();
  const { rows } = await sql.query<{ key: string; stream_id: Uuid }>(
    `SELECT key, stream_id FROM log.reservations WHERE kind = 'clientNo' AND key = ANY ($1::text[])`,
    [[...new Set(clientNos)]],
  );
  return new Map(rows.map(({ key, stream_id }) => [key, stream_id]));
}
