import type { Sql } from '#database';

/** Nobody else applies anything of these lanes until the transaction ends. Everybody locks in one order, so that two never wait for each other. */
export async function lockLanes(sql: Sql, lanes: readonly string[]): Promise<void> {
  await sql.query(
    `SELECT pg_advisory_xact_lock(key) FROM
       (SELECT hashtextextended('back-office lane|' || lane, 0) AS key FROM unnest($1::text[]) AS lane ORDER BY 1 OFFSET 0) keys`,
    [lanes],
  );
}

export const lockLane = (sql: Sql, lane: string): Promise<void> => lockLanes(sql, [lane]);

export const sourceLane = (source: string): string => `source|${source}`;
export const accountLane = (accountId: string): string => `account|${accountId}`;
