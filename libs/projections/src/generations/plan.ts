import type { Sql } from '#database';
import type { ProjectionId } from '../runner/projection.js';
import { tablesOf } from './compare.js';
import { type Generation, generationsOf } from './generations.js';
import { positionsIn } from './replay.js';

/** What a rebuild would do, as things stand. */
export interface RebuildPlan {
  model: string;
  /** Of the projection in this build. */
  version: number;
  active: Generation;
  kept: readonly Generation[];
  /** An earlier rebuild that would be gone on with. */
  resumes?: Generation;
  /** Where the replay begins, 0 at the log's beginning, and where the live one is, up to which it goes. */
  from: number;
  livePosition: number;
  logEnd: number;
  /** Of the log, to be looked through. */
  eventsToReplay: number;
  /** As they are now; the new ones take about as much again, until one of the two is released. Rows as last estimated by the server. */
  tables: readonly { table: string; rows: number | null; bytes: number }[];
}

/** Reads, and writes nothing. Throws UnknownModel. */
export async function planRebuild(sql: Sql, { name, version }: ProjectionId): Promise<RebuildPlan> {
  const { active, building, kept } = await generationsOf(sql, name);
  const live = await positionsIn(sql, 'read', { name, version: active.version });
  const from = building ? await positionsIn(sql, building.schema, { name, version: building.version }) : undefined;
  const { rows: tables } = await sql.query<RebuildPlan['tables'][number]>(
    `SELECT c.relname AS table, nullif(c.reltuples, -1)::bigint AS rows, pg_total_relation_size(c.oid) AS bytes
     FROM unnest($2::text[]) t JOIN pg_class c ON c.relname = t AND c.relnamespace = to_regnamespace($1) ORDER BY 1`,
    [active.schema, await tablesOf(sql, active)],
  );
  const { rows } = await sql.query<{ end: number }>('SELECT coalesce(max(last_position), 0) AS "end" FROM log.seals');
  const lowest = from ? Math.min(...from.values()) : 0;
  const livePosition = Math.max(...live.values());
  return {
    model: name,
    version,
    active,
    kept,
    ...(building && { resumes: building }),
    from: lowest,
    livePosition,
    logEnd: rows[0]!.end,
    eventsToReplay: Math.max(0, livePosition - lowest),
    tables,
  };
}
