import type { Database, Sql } from '#database';
import type { ProjectionId } from './projection.js';

/** A batch that was begun this often and never ended is begun again with fewer events. */
export const MAX_BATCH_ATTEMPTS = 2;

// A count must survive this process, not a crash of the server, so its commit need not wait for the disk.
const WITHOUT_FSYNC = `WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))`;

/**
 * Counts an attempt on each partition's next events before it is made, apart from those of the partitions in `uncounted`.
 * Answers the highest count; a moved checkpoint begins anew.
 */
export async function countBatch(
  pool: Database,
  runner: string,
  after: ReadonlyMap<number, number>,
  uncounted: ReadonlySet<number>,
): Promise<number> {
  const { rows } = await pool.query<{ attempts: number }>({
    name: 'count-batch',
    text: `${WITHOUT_FSYNC}
     INSERT INTO batch_attempts AS a (runner, partition, after, attempts)
     SELECT $1, b.partition, b.after, 1 FROM quick, unnest($2::smallint[], $3::bigint[]) AS b (partition, after) ORDER BY b.partition
     ON CONFLICT (runner, partition) DO UPDATE
       SET attempts = CASE WHEN a.after <> excluded.after THEN 1 WHEN a.partition = ANY ($4::smallint[]) THEN a.attempts ELSE a.attempts + 1 END,
           after = excluded.after
     RETURNING attempts`,
    values: [runner, [...after.keys()], [...after.values()], [...uncounted]],
  });
  return Math.max(...rows.map(({ attempts }) => attempts));
}

/** Counts an attempt on one event alone before it is made. Answers the count. */
export async function countEvent(pool: Database, { name, version }: ProjectionId, position: number, counts: boolean): Promise<number> {
  const { rows } = await pool.query<{ attempts: number }>(
    `${WITHOUT_FSYNC}
     INSERT INTO event_attempts AS a (projection, version, position, attempts) SELECT $1, $2, $3, 1 FROM quick
     ON CONFLICT (projection, version, position) DO UPDATE SET attempts = a.attempts + $4
     RETURNING attempts`,
    [name, version, position, counts ? 1 : 0],
  );
  return rows[0]!.attempts;
}

export async function forgetEvent(db: Sql, { name, version }: ProjectionId, position: number): Promise<void> {
  await db.query(`DELETE FROM event_attempts WHERE projection = $1 AND version = $2 AND position = $3`, [name, version, position]);
}
