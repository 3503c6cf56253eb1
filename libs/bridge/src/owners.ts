import { ACCOUNT_OWNER, JOINT_OWNER } from '#application';
import type { Sql } from '#database';
import type { Uuid } from '#event-sourcing';

export interface Owner {
  clientId: Uuid;
  branchId: string;
}

/** SQL: the link in alias `l` is an owner's who holds the account, alone or jointly; of a link that nobody has agreed to it is not. */
export const HOLDS = (l: string): string =>
  `${l}.role = 'owner' AND ${l}.unlinked_position IS NULL AND EXISTS (SELECT FROM log.reservations h WHERE h.stream_id = ${l}.client_id
     AND (h.kind, h.key) IN (('${ACCOUNT_OWNER}', ${l}.account_id), ('${JOINT_OWNER}', ${l}.account_id || '|' || ${l}.client_id)))`;

/** The owners of each account, of a joint one all, who was linked first first. An account that nobody holds has none. In a transaction. */
export async function ownersOf(sql: Sql, accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly [Owner, ...Owner[]]>> {
  const owners = new Map<string, [Owner, ...Owner[]]>();
  if (accountIds.length === 0) return owners;
  await sql.query(`SELECT set_config('app.branch', '*', true)`);
  const { rows } = await sql.query<{ account_id: string; client_id: Uuid; branch_id: string }>(
    `SELECT l.account_id, l.client_id, l.branch_id FROM read.account_links l
      WHERE l.account_id = ANY ($1::text[]) AND ${HOLDS('l')} ORDER BY l.account_id, l.position`,
    [[...new Set(accountIds)]],
  );
  for (const { account_id, client_id: clientId, branch_id: branchId } of rows) {
    const known = owners.get(account_id);
    if (known) known.push({ clientId, branchId });
    else owners.set(account_id, [{ clientId, branchId }]);
  }
  return owners;
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
