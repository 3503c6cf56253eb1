import { createPool } from '#database';

/** What says how far a runner is; the rest is what it made. */
const RUNNER_TABLES = ['checkpoints', 'batch_attempts', 'event_attempts'];

/** By table of the read models, and of what they parked: rows, and a digest over all of them. */
export async function digestsOf(url: string): Promise<Record<string, string>> {
  const pool = createPool({ url, max: 2, applicationName: 'checker' });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'read' AND table_type = 'BASE TABLE' AND table_name <> ALL ($1) ORDER BY 1`,
      [RUNNER_TABLES],
    );
    const digests: Record<string, string> = {};
    for (const { name } of tables) {
      const row = name === 'parked' ? 'ROW(t.projection, t.version, t.position, t.key, t.error_code)' : 't';
      const { rows } = await pool.query<{ digest: string }>(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(${row}::text, ';' ORDER BY ${row}::text)), '') AS digest FROM read.${name} t`,
      );
      digests[name] = rows[0]!.digest;
    }
    return digests;
  } finally {
    await pool.end();
  }
}
