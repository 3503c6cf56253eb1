import { eventRegistry } from '#application';
import { createPool, type Sql } from '#database';
import { PostgresFeed } from '#event-feed';
import { LogReader } from '#event-store';
import { ClientKeys, type MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { ProjectionRunner } from '#projections';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** The group of every reader of the log that writes read models: one leads, the others stand by. */
export const PROJECTOR_GROUP = 'rapport-projector';

/** The read models' reader of the PostgreSQL log, in this process. */
export interface Projecting {
  runner: ProjectionRunner;
  /** Rejects on a fault that no retry heals. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export function startProjecting(
  url: string,
  master: MasterKeys,
  firmZone: string,
  onAppended?: ConstructorParameters<typeof PostgresFeed>[0]['onAppended'],
): Projecting {
  const pool = createPool({ url, role: 'rapport_projector', max: 4, applicationName: 'rapport read models' });
  const reader = new LogReader(pool);
  const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(pool, master), master, firmZone });
  const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
  const stopping = new AbortController();
  const ended = new PostgresFeed({ pool, group: PROJECTOR_GROUP, reader, onAppended }).run(runner, stopping.signal);
  ended.catch(() => undefined); // whoever awaits it is told
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended.catch(() => undefined);
    await runner.close();
    await pool.end();
  };
  return { runner, ended, stop };
}

/** Lowest position over all read models; 0 before the first. */
export async function projectedPosition(database: Sql): Promise<number> {
  const { rows } = await database.query<{ position: number | null }>('SELECT min(position) AS position FROM read.checkpoints');
  return rows[0]?.position ?? 0;
}

/** Waits until every read model has reached a position, or has not moved for `stallMs`. Answers whether it is reached. */
export async function untilProjected(
  database: Sql,
  position: number,
  stallMs: number,
  progress: (reached: number) => void = () => {},
): Promise<boolean> {
  let reached = -1;
  for (let movedAt = performance.now(); performance.now() - movedAt < stallMs; await sleep(POLL_MS)) {
    const now = await projectedPosition(database);
    if (now > reached) movedAt = performance.now();
    reached = now;
    progress(now);
    if (now >= position) return true;
  }
  return false;
}
