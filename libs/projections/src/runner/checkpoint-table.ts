import type { Database, Session } from '#database';
import { labelOf, type Projection, type ProjectionId } from './projection.js';

/** A row of checkpoints as this process last saw or wrote it. */
export interface StoredCheckpoint {
  position: number;
  fence: number;
  cursor: string | undefined;
}

export interface CheckpointMove {
  projection: Projection;
  partition: number;
  /** Compare: what the row must hold. */
  from: StoredCheckpoint;
  /** Set. */
  position: number;
  cursor: string | undefined;
}

interface Row {
  projection: string;
  version: number;
  partition: number;
  position: number;
  fence: number;
  cursor: string | null;
}

/** Readers see a model in another version than this build writes. */
export class OtherVersion extends Error {
  constructor(shown: ProjectionId, own: ProjectionId) {
    super(
      `readers see ${labelOf(shown)}, and this build writes ${labelOf(own)}: rebuild the model with the newer build, or run the one that fits`,
    );
    this.name = 'OtherVersion';
  }
}

/** Throws OtherVersion where one of them would write into the tables of another version. */
async function checkVersions(pool: Database, projections: readonly ProjectionId[]): Promise<void> {
  const { rows } = await pool.query<ProjectionId>(
    `SELECT model AS name, version FROM read.generations WHERE state = 'active' AND model = ANY ($1) AND current_schema() = 'read'`,
    [projections.map(({ name }) => name)],
  );
  for (const own of projections) {
    const shown = rows.find(({ name }) => name === own.name);
    if (shown && shown.version !== own.version) throw new OtherVersion(shown, own);
  }
}

// A first fence is the time: rows that were removed and made anew under a running process must not let it go on.
/** Takes the partitions over: raises every fence, so that whoever held them can commit nothing more. By label, then partition. Throws OtherVersion. */
export async function takeOver(
  pool: Database,
  projections: readonly ProjectionId[],
  partitions: readonly number[],
): Promise<Map<string, Map<number, StoredCheckpoint>>> {
  await checkVersions(pool, projections);
  const { rows } = await pool.query<Row>(
    `INSERT INTO checkpoints AS c (projection, version, partition, position, fence)
     SELECT name, version, partition, 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
     FROM unnest($1::text[], $2::int[]) AS p (name, version), unnest($3::smallint[]) AS partition
     ORDER BY name, version, partition
     ON CONFLICT (projection, version, partition) DO UPDATE SET fence = c.fence + 1
     RETURNING projection, version, partition, position, fence, cursor`,
    [projections.map(({ name }) => name), projections.map(({ version }) => version), [...partitions]],
  );
  const found = new Map<string, Map<number, StoredCheckpoint>>(projections.map((projection) => [labelOf(projection), new Map()]));
  for (const { projection, version, partition, position, fence, cursor } of rows) {
    found.get(labelOf({ name: projection, version }))!.set(partition, { position, fence, cursor: cursor ?? undefined });
  }
  return found;
}

/** Fenced compare-and-set of many rows at once. Answers `label/partition` of those that moved; the others are another's now. */
export async function moveCheckpoints(db: Session, moves: readonly CheckpointMove[]): Promise<Set<string>> {
  if (moves.length === 0) return new Set();
  const { rows } = await db.query<Pick<Row, 'projection' | 'version' | 'partition'>>({
    name: 'move-checkpoints',
    text: `UPDATE checkpoints AS c SET position = m.position, cursor = m.cursor, moved_at = now()
     FROM unnest($1::text[], $2::int[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
       AS m (projection, version, partition, was, fence, position, cursor)
     WHERE c.projection = m.projection AND c.version = m.version AND c.partition = m.partition
       AND c.fence = m.fence AND c.position = m.was
     RETURNING c.projection, c.version, c.partition`,
    values: [
      moves.map(({ projection }) => projection.name),
      moves.map(({ projection }) => projection.version),
      moves.map(({ partition }) => partition),
      moves.map(({ from }) => from.position),
      moves.map(({ from }) => from.fence),
      moves.map(({ position }) => position),
      moves.map(({ cursor }) => cursor ?? null),
    ],
  });
  return new Set(rows.map(({ projection, version, partition }) => placeOf({ name: projection, version }, partition)));
}

export const placeOf = (projection: ProjectionId, partition: number): string => `${labelOf(projection)}/${partition}`;
