import type { Sql } from '#database';
import type { EventRegistry } from '#event-sourcing';

/** The log holds events that this build has no reader for: it is older than the log, or a type was removed. */
export class UnreadableLog extends Error {
  constructor(readonly shapes: readonly { type: string; version: number }[]) {
    super(`no reader for ${shapes.map(({ type, version }) => `${type} version ${version}`).join(', ')}`);
    this.name = 'UnreadableLog';
  }
}

const CHUNK_POSITIONS = 50_000;

/** Throws UnreadableLog unless every stored (type, version) has a path to the current one. Scans only what no start scanned before. */
export async function checkReadable(sql: Sql, registry: EventRegistry): Promise<void> {
  for (let end: number | null = 0; end !== null;) {
    const { rows } = await sql.query<{ end: number | null }>('SELECT log.collect_types($1) AS "end"', [CHUNK_POSITIONS]);
    end = rows[0]!.end;
  }
  const { rows } = await sql.query<{ type: string; version: number }>(
    'SELECT type, schema_version AS version FROM log.stored_types ORDER BY type, schema_version',
  );
  const unreadable = rows.filter(({ type, version }) => !registry.canRead(type, version));
  if (unreadable.length > 0) throw new UnreadableLog(unreadable);
}
