import { type Database, type Session, type Sql, transaction } from '#database';
import { isSystemFault } from '../runner/database-fault.js';
import { alone } from '../runner/side-by-side.js';
import { compareDigests, relationsOf, type TableComparison } from './compare.js';
import type { Generation } from './generations.js';
import { catchUp, type Filling, NotYet, positionsIn } from './replay.js';

export interface SwapOptions {
  owner: Database;
  active: Generation;
  next: Generation;
  tables: readonly string[];
  filling: Filling;
  by: string;
  reason: string | undefined;
  comparedAt: number;
  comparison: readonly TableComparison[];
  /** Compare once more under the lock: worth its time where that is short. */
  compareAgain: boolean;
}

export interface Swapped {
  joinedAt: number;
  /** For how long no projection was applied. */
  lockMs: number;
  /** Events of the last stretch. */
  events: number;
  comparison: readonly TableComparison[];
}

/** At the joining position itself the two are not the same. */
export class DiffersAtJoin extends Error {}

/** Longer than this nobody who reads waits behind us for a view that an earlier reader still holds. */
const VIEW_WAIT = '200ms';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * In one transaction: no runner applies anything, the last few events are applied up to where the live one is, and every
 * view shows the new tables. Throws NotYet and DiffersAtJoin, and Held where a reader's transaction was in the way:
 * nothing has happened then.
 */
export async function swap(options: SwapOptions): Promise<Swapped> {
  let lockedAt = 0;
  const swapped = await transaction(options.owner, async (db) => {
    await alone(db);
    lockedAt = performance.now();
    return joinAndShow(db, options);
  });
  return { ...swapped, lockMs: performance.now() - lockedAt };
}

/** A transaction that has read the model is still open: the views can be replaced once it has ended. */
export class Held extends Error {}

async function joinAndShow(db: Session, options: SwapOptions): Promise<Omit<Swapped, 'lockMs'>> {
  const { active, next, tables, filling, by, reason } = options;
  const { model } = active;
  const id = { name: model, version: active.version };
  // as the projector, whom row-level security lets see and write every row
  await db.query('SET LOCAL ROLE rapport_projector');
  const targets = await positionsIn(db, 'read', id);
  await db.query(`SET LOCAL search_path = "${next.schema}"`);
  const events = await catchUp(db, filling, targets).catch((error: unknown) => {
    throw isSystemFault(error) ? error : new NotYet(String(error));
  });
  let { comparison } = options;
  if (options.compareAgain) {
    const [old, fresh] = [relationsOf(tables, active.schema, model, 'read'), relationsOf(tables, next.schema, model, next.schema)];
    comparison = await compareDigests(db, old, db, fresh);
    if (comparison.some(({ same }) => !same)) throw new DiffersAtJoin();
  }
  await db.query('RESET ROLE; RESET search_path');
  await showTables(db, next.schema, tables);
  await exchangeRunnerRows(db, options);
  const joinedAt = Math.max(...targets.values());
  await db.query(`UPDATE read.generations SET state = 'kept' WHERE model = $1 AND generation = $2`, [model, active.generation]);
  await db.query(
    `UPDATE read.generations SET state = 'active', swapped_by = $3, swapped_at = now(), joined_at = $4, compared_at = $5, comparison = $6, reason = $7
      WHERE model = $1 AND generation = $2`,
    [
      model,
      next.generation,
      by,
      joinedAt,
      options.compareAgain ? joinedAt : options.comparedAt,
      JSON.stringify(comparison),
      reason ?? null,
    ],
  );
  return { joinedAt, events, comparison };
}

// All views of the model are locked together: a reader's transaction sees either all of the old or all of the new.
async function showTables(db: Sql, schema: string, tables: readonly string[]): Promise<void> {
  await db.query(`SET LOCAL lock_timeout = '${VIEW_WAIT}'`);
  try {
    for (const table of tables) await db.query('SELECT read.show($1, $2)', [schema, table]);
  } catch (error) {
    throw (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE ? new Held('a reader holds the view') : error;
  }
  await db.query('SET LOCAL lock_timeout = DEFAULT');
}

/** What the runner knows of the old one is kept with it, so that it can go on from there; what it knows of the new one holds. */
async function exchangeRunnerRows(db: Sql, { active, next, filling }: SwapOptions): Promise<void> {
  const { model } = active;
  const { schema } = next;
  await db.query('SELECT read.add_runner_tables($1)', [active.schema]);
  for (const table of ['checkpoints', 'parked']) {
    await db.query(`DELETE FROM "${active.schema}".${table}`);
    await db.query(`INSERT INTO "${active.schema}".${table} SELECT * FROM read.${table} WHERE projection = $1`, [model]);
  }
  await db.query('DELETE FROM read.parked WHERE projection = $1', [model]);
  await db.query(`INSERT INTO read.parked SELECT * FROM "${schema}".parked WHERE projection = $1`, [model]);
  await db.query('DELETE FROM read.event_attempts WHERE projection = $1', [model]);
  if (active.version !== next.version) {
    // the live rows of one version stay as they are, since both are at the same positions; another version has rows of its own
    await db.query('DELETE FROM read.checkpoints WHERE projection = $1', [model]);
    await db.query(`INSERT INTO read.checkpoints SELECT * FROM "${schema}".checkpoints WHERE projection = $1 AND version = $2`, [
      model,
      filling.projection.version,
    ]);
  }
  await db.query(`DROP TABLE "${schema}".checkpoints, "${schema}".parked, "${schema}".batch_attempts, "${schema}".event_attempts`);
}
