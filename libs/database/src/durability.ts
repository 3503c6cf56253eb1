import type { Sql } from './pool.js';

/** The server would lose what it has acknowledged when the machine stops. No part of the product runs on it. */
export class UnsafeServer extends Error {
  constructor(readonly settings: readonly string[]) {
    super(`PostgreSQL would lose acknowledged data in a crash: ${settings.join(', ')} must be on`);
    this.name = 'UnsafeServer';
  }
}

/** Throws UnsafeServer unless this connection's commits survive a crash. Looks at the values in effect for it, whoever set them. */
export async function assertDurable(sql: Sql): Promise<void> {
  const { rows } = await sql.query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM unnest(ARRAY['fsync', 'synchronous_commit', 'full_page_writes']) name`,
  );
  // `local`, `remote_write` and `remote_apply` of synchronous_commit all wait for this server's own disk
  const off = rows.filter(({ value }) => value === 'off').map(({ name }) => name);
  if (off.length > 0) throw new UnsafeServer(off);
}
