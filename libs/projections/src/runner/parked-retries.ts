import { type Database, type Session, transaction } from '#database';
import type { EventRegistry, Instant, RecordedEvent, Uuid } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { codeOf, isSystemFault } from './database-fault.js';
import { labelOf, type Projection, type ProjectionId } from './projection.js';
import { alone } from './side-by-side.js';
import { read } from './reading.js';

/** A client whose events a projection does not apply, and since when. */
export interface ParkedKey {
  projection: string;
  version: number;
  key: Uuid;
  /** Position of the event that failed. */
  firstPosition: number;
  errorCode: string;
  /** The failed event and those behind it. */
  eventCount: number;
  parkedAt: Instant;
}

export interface RetryResult {
  applied: number;
  /** Still parked, from the first that failed again. */
  parked: number;
  /** Why that one failed. */
  errorCode?: string;
}

const MAX_KEYS = 1_000;
const PAGE = 200;

/** Lists, retries and gives up what projections have parked. Runs beside the projector, in any process. */
export class ParkedKeys {
  constructor(
    private readonly pool: Database,
    private readonly store: Pick<LogReader, 'read'>,
    private readonly registry: EventRegistry,
    private readonly projections: readonly Projection[],
  ) {}

  /** At most 1,000 clients, the longest parked first. */
  async list(): Promise<ParkedKey[]> {
    const { rows } = await this.pool.query<ParkedKey>(
      `SELECT projection, version, key, min(position) AS "firstPosition", count(*)::int AS "eventCount", min(parked_at) AS "parkedAt",
              (array_agg(error_code ORDER BY position))[1] AS "errorCode"
       FROM read.parked GROUP BY projection, version, key ORDER BY min(parked_at), min(position) LIMIT ${MAX_KEYS}`,
    );
    return rows;
  }

  /**
   * Applies the client's parked events in order, each from the log and in its own transaction, until one fails again.
   * Rejects where the database is away; what was applied until then stays applied.
   */
  async retry(id: ProjectionId, key: Uuid): Promise<RetryResult> {
    const projection = this.known(id);
    let applied = 0;
    for (;;) {
      const due = await this.parkedPositions(projection, key);
      if (due.length === 0) return { applied, parked: 0 };
      for (const { position, partition } of due) {
        const errorCode = await this.retryOne(projection, key, position, partition);
        if (errorCode !== undefined) return { applied, parked: await this.count(projection, key), errorCode };
        applied++;
      }
    }
  }

  /** Gives the parked events up: they will never be applied by this version of the projection. Later ones apply again. Answers how many. */
  async release(id: ProjectionId, key: Uuid): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM read.parked WHERE projection = $1 AND version = $2 AND key = $3', [
      id.name,
      id.version,
      key,
    ]);
    return rowCount ?? 0;
  }

  private known(id: ProjectionId): Projection {
    const projection = this.projections.find((own) => labelOf(own) === labelOf(id));
    if (!projection) throw new Error(`no projection ${labelOf(id)} in this build`);
    return projection;
  }

  private async parkedPositions({ name, version }: ProjectionId, key: Uuid): Promise<{ position: number; partition: number }[]> {
    const { rows } = await this.pool.query<{ position: number; partition: number }>(
      `SELECT position, partition FROM read.parked WHERE projection = $1 AND version = $2 AND key = $3 ORDER BY position LIMIT ${PAGE}`,
      [name, version, key],
    );
    return rows;
  }

  private async count({ name, version }: ProjectionId, key: Uuid): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM read.parked WHERE projection = $1 AND version = $2 AND key = $3',
      [name, version, key],
    );
    return rows[0]!.count;
  }

  /** The code of why it failed again, undefined where it was applied. */
  private async retryOne(projection: Projection, key: Uuid, position: number, partition: number): Promise<string | undefined> {
    const [event] = await this.store.read({ after: position - 1, upTo: position, limit: 1, partition });
    if (!event || event.key !== key) throw new Error(`the store lacks position ${position} of its client`);
    try {
      await transaction(this.pool, (db) => this.applyOne(db, projection, event));
      return undefined;
    } catch (error) {
      if (isSystemFault(error)) throw error;
      return error instanceof StillUnreadable ? error.message : codeOf(error);
    }
  }

  private async applyOne(db: Session, projection: Projection, event: RecordedEvent): Promise<void> {
    await alone(db); // rows that are shared by a partition's clients must not be folded by two at once
    // Taken away first: of two retries at once the second waits here, finds nothing, and does not apply it again.
    const { rowCount } = await db.query('DELETE FROM read.parked WHERE projection = $1 AND version = $2 AND position = $3', [
      projection.name,
      projection.version,
      event.position,
    ]);
    if (rowCount !== 1) return;
    const reading = read(this.registry, event);
    if ('fault' in reading) throw new StillUnreadable(reading.fault);
    if (projection.handles.includes(event.type)) await projection.apply(db, [reading.event]);
  }
}

class StillUnreadable extends Error {}
