import { type Database, type Session, type Sql, transaction } from '#database';
import { TakenOver } from '#event-feed';
import { type CarriedEvent, traceCarried, tracingIsOn } from '#telemetry';
import { batchMetrics } from './batch-metrics.js';
import { moveCheckpoints, placeOf, type CheckpointMove } from './checkpoint-table.js';
import { BEHIND, park, parkedAmong, type ParkedRow } from './parked-table.js';
import { labelOf, type ProjectedEvent, type Projection } from './projection.js';
import { besideOthers } from './side-by-side.js';
import type { Reading } from './reading.js';

/** What one projection is to do in one partition: apply these events, in order, and move its checkpoint. */
export interface UnitOfWork {
  projection: Projection;
  partition: number;
  readings: readonly Reading[];
  move: CheckpointMove;
}

/**
 * All units in one transaction, with `idle` checkpoint moves that come along. Parks what cannot be read and what is of
 * a parked client. Throws TakenOver, and rolls back, where a unit's checkpoint is another's now.
 * Answers the idle moves that did not find their row as expected.
 */
export async function commitUnits(
  pool: Database,
  units: readonly UnitOfWork[],
  idle: readonly CheckpointMove[] = [],
): Promise<CheckpointMove[]> {
  const beganAt = performance.now();
  const beganAtMs = Date.now();
  const lost = await transaction(pool, async (db) => {
    await besideOthers(db);
    return applyUnits(db, units, idle);
  });
  batchMetrics.duration.observe((performance.now() - beganAt) / 1_000);
  for (const { projection, readings } of units) batchMetrics.events.inc({ projection: projection.name }, readings.length);
  if (tracingIsOn()) traceCarried('project', 'consumer', projectedIn(units), beganAtMs);
  return lost;
}

/** The same within a transaction of the caller's, who also sees to it that nobody else applies these partitions meanwhile. */
export async function applyUnits(
  db: Session,
  units: readonly UnitOfWork[],
  idle: readonly CheckpointMove[] = [],
): Promise<CheckpointMove[]> {
  const projections = [...new Set(units.map(({ projection }) => projection))];
  const parked = await parkedAmong(db, projections, () => units.flatMap(({ readings }) => readings.map(({ key }) => key)));
  const rows: ParkedRow[] = [];
  for (const projection of projections) {
    const own = units.filter((unit) => unit.projection === projection);
    const events = own.flatMap((unit) => sift(unit, parked.get(labelOf(projection))!, rows));
    if (own.length > 1) events.sort((a, b) => a.position - b.position);
    if (events.length > 0) await projection.apply(db, events);
  }
  await park(db, rows);
  const moved = await moveCheckpoints(db, [...units.map(({ move }) => move), ...idle]);
  for (const { projection, partition } of units) {
    if (!moved.has(placeOf(projection, partition)))
      throw new TakenOver(`${labelOf(projection)} in partition ${partition} is another's now`);
  }
  return idle.filter(({ projection, partition }) => !moved.has(placeOf(projection, partition)));
}

/** Each event once, however many projections have taken it. */
function projectedIn(units: readonly UnitOfWork[]): Iterable<CarriedEvent> {
  const events = new Map<number, CarriedEvent>();
  for (const reading of units.flatMap(({ readings }) => readings)) {
    if (!('event' in reading)) continue;
    const { type, position, recordedAt, meta } = reading.event;
    events.set(position, { type, position, recordedAt, ...(meta.traceparent && { traceparent: meta.traceparent }) });
  }
  return events.values();
}

/** The events to apply; those to park go to `rows`. `parkedKeys` grows: what follows in this batch waits behind. */
function sift({ projection, partition, readings }: UnitOfWork, parkedKeys: Set<string>, rows: ParkedRow[]): ProjectedEvent[] {
  const events: ProjectedEvent[] = [];
  for (const reading of readings) {
    const { position, key } = reading;
    if (parkedKeys.has(key)) rows.push({ projection, position, key, partition, code: BEHIND });
    else if ('event' in reading) events.push(reading.event);
    else {
      rows.push({ projection, position, key, partition, code: reading.fault });
      parkedKeys.add(key);
    }
  }
  return events;
}

/** Parks one event and moves past it. */
export async function parkUnit(
  pool: Database,
  { projection, partition, move }: UnitOfWork,
  { position, key }: Reading,
  code: string,
  forget: (db: Sql) => Promise<void>,
): Promise<void> {
  await transaction(pool, async (db) => {
    await park(db, [{ projection, position, key, partition, code }]);
    await forget(db);
    const moved = await moveCheckpoints(db, [move]);
    if (!moved.has(placeOf(projection, partition)))
      throw new TakenOver(`${labelOf(projection)} in partition ${partition} is another's now`);
  });
}
