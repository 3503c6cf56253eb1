import type { Session, Sql } from '#database';
import { labelOf, type ProjectionId } from './projection.js';

export interface ParkedRow {
  projection: ProjectionId;
  position: number;
  key: string;
  partition: number;
  code: string;
}

/** The code of an event that did nothing wrong itself. */
export const BEHIND = 'behind';

/** Which of these clients are parked, by the projection's label. */
export async function parkedAmong(
  db: Session,
  projections: readonly ProjectionId[],
  keys: () => Iterable<string>,
): Promise<Map<string, Set<string>>> {
  const parked = new Map<string, Set<string>>(projections.map((projection) => [labelOf(projection), new Set()]));
  const { rows: any } = await db.query<{ found: boolean }>({
    name: 'any-parked',
    text: 'SELECT EXISTS (SELECT FROM parked) AS found',
    values: [],
  });
  if (!any[0]!.found) return parked; // as nearly always
  const { rows } = await db.query<{ projection: string; version: number; key: string }>(
    `SELECT DISTINCT projection, version, key FROM parked WHERE key = ANY($1::uuid[])`,
    [[...new Set(keys())]],
  );
  for (const { projection, version, key } of rows) parked.get(labelOf({ name: projection, version }))?.add(key);
  return parked;
}

export async function park(db: Sql, parked: readonly ParkedRow[]): Promise<void> {
  if (parked.length === 0) return;
  await db.query(
    `INSERT INTO parked (projection, version, position, key, partition, error_code)
     SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::smallint[], $6::text[])`,
    [
      parked.map(({ projection }) => projection.name),
      parked.map(({ projection }) => projection.version),
      parked.map(({ position }) => position),
      parked.map(({ key }) => key),
      parked.map(({ partition }) => partition),
      parked.map(({ code }) => code),
    ],
  );
}
