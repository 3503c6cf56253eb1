import type { Database, Session, Sql } from '#database';
import { replayLog } from '#event-feed';
import { type EventRegistry, PARTITION_COUNT } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { type Projection, type ProjectionId } from '../runner/projection.js';
import { ProjectionRunner } from '../runner/projection-runner.js';
import type { StoredCheckpoint } from '../runner/checkpoint-table.js';
import { read, type Reading } from '../runner/reading.js';
import { applyUnits, type UnitOfWork } from '../runner/unit-of-work.js';

const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** What a generation is filled with: its projection, writing where the pool's sessions look. */
export interface Filling {
  /** Its sessions look for tables in `schema`. */
  pool: Database;
  schema: string;
  reader: Pick<LogReader, 'read' | 'readPart'>;
  registry: EventRegistry;
  projection: Projection;
  workers: number;
  pageSize?: number;
  /** After each page: events in it, and how far the log is replayed, as the mean position over the partitions. */
  onPage: (events: number, position: number) => void;
}

/** By partition, how far a projection is: in `read`, or in the generation of another schema. 0 where it never ran. */
export async function positionsIn(sql: Sql, schema: string, { name, version }: ProjectionId): Promise<Map<number, number>> {
  const { rows } = await sql.query<{ partition: number; position: number }>(
    `SELECT partition, position FROM "${schema}".checkpoints WHERE projection = $1 AND version = $2`,
    [name, version],
  );
  const known = new Map(rows.map(({ partition, position }) => [partition, position]));
  return new Map(ALL_PARTITIONS.map((partition) => [partition, known.get(partition) ?? 0]));
}

/** Brings every partition up to its target; early, and in order, once `signal` aborts. Rejects where the database is away. */
export async function replayTo(filling: Filling, targets: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
  const { pool, schema, reader, registry, projection, workers, pageSize, onPage } = filling;
  const wanted = new Set(projection.handles);
  const exceptTypes = registry.types.filter((type) => !wanted.has(type));
  const shares = Array.from({ length: Math.min(workers, targets.size) }, (_, worker) =>
    [...targets].filter(([partition]) => partition % workers === worker),
  );
  const begun = await positionsIn(pool, schema, projection);
  const reached = shares.map((share) => Math.min(...share.map(([partition]) => begun.get(partition)!)));
  const tell = (events: number): void =>
    onPage(events, Math.floor(reached.reduce((sum, at, i) => sum + at * shares[i]!.length, 0) / PARTITION_COUNT));
  tell(0);
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const work = async (share: (typeof shares)[number], worker: number): Promise<void> => {
    const runner = new ProjectionRunner({ pool, store: reader, registry, projections: [projection], name: 'rebuild', lanes: 1 });
    const upTo = new Map(share);
    const told = (events: number, position: number): void => {
      reached[worker] = position;
      tell(events);
    };
    try {
      await replayLog({ reader, consumer: runner, upTo, exceptTypes, onPage: told, ...(pageSize !== undefined && { pageSize }) }, stop);
    } catch (error) {
      failed.abort();
      throw error;
    } finally {
      await runner.close();
    }
  };
  const ended = await Promise.allSettled(shares.map(work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** The last stretch was not as short as it should have been, or holds an event that must be parked: replay, and try again. */
export class NotYet extends Error {}

const STRETCH_MAX = 5_000;

/**
 * The same for the last few events, within a transaction of the caller's whose statements find the generation's tables.
 * Throws NotYet where that cannot be done there.
 */
export async function catchUp(
  db: Session,
  { reader, registry, projection }: Filling,
  targets: ReadonlyMap<number, number>,
): Promise<number> {
  const { rows } = await db.query<StoredCheckpoint & { partition: number }>(
    'SELECT partition, position, fence, cursor FROM checkpoints WHERE projection = $1 AND version = $2',
    [projection.name, projection.version],
  );
  const behind = rows.filter(({ partition, position }) => position < targets.get(partition)!);
  if (behind.length === 0) return 0;
  const wanted = new Set(projection.handles);
  const events = await reader.readPart({
    after: Math.min(...behind.map(({ position }) => position)),
    upTo: Math.max(...behind.map(({ partition }) => targets.get(partition)!)),
    limit: STRETCH_MAX,
    partitions: behind.map(({ partition }) => partition),
    exceptTypes: registry.types.filter((type) => !wanted.has(type)),
  });
  if (events.length === STRETCH_MAX) throw new NotYet('too many events for the last stretch');
  const units = behind.map(({ partition, ...from }): UnitOfWork => {
    const position = targets.get(partition)!;
    const own = events.filter((event) => event.partition === partition && event.position > from.position && event.position <= position);
    const readings: Reading[] = own.map((event) => read(registry, event));
    return { projection, partition, readings, move: { projection, partition, from, position, cursor: undefined } };
  });
  await applyUnits(db, units);
  return units.reduce((sum, { readings }) => sum + readings.length, 0);
}
