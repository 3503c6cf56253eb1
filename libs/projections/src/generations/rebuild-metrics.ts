import type { Sql } from '#database';
import { gauge, onScrape } from '#telemetry';

/** A read model that is being built anew beside the one that people read. */
export interface RebuildUnderWay {
  projection: string;
  /** How much of the log is in it, as a position: the mean over its partitions. */
  position: number;
  logEnd: number;
}

const BUILDING = `SELECT model, schema_name AS schema FROM read.generations WHERE state = 'building' ORDER BY model`;

/** The generations that are being filled, each by its own checkpoints. */
export async function rebuildsUnderWay(database: Sql): Promise<RebuildUnderWay[]> {
  const { rows: building } = await database.query<{ model: string; schema: string }>(BUILDING);
  return Promise.all(
    building.map(async ({ model: projection, schema }) => {
      const checkpoints = `"${schema.replaceAll('"', '""')}".checkpoints`;
      const { rows } = await database.query<Omit<RebuildUnderWay, 'projection'>>(
        `SELECT coalesce((SELECT avg(position) FROM ${checkpoints}), 0)::float8 AS position,
                (SELECT last_position FROM log.seals ORDER BY last_position DESC LIMIT 1) AS "logEnd"`,
      );
      return { projection, ...rows[0]! };
    }),
  );
}

const progress = gauge('rapport_rebuild_progress_ratio', 'How much of the log a read model that is built anew holds, 0 to 1.', [
  'projection',
]);
const behind = gauge('rapport_rebuild_lag_events', 'Events that a read model that is built anew does not hold yet.', ['projection']);

/** Shows rebuilds that are under way on every scrape. Answers what ends it. */
export const showRebuilds = (database: Sql): (() => void) =>
  onScrape({
    read: () => rebuildsUnderWay(database),
    show: (rebuilds) => {
      [progress, behind].forEach((one) => one.reset()); // one that is done or given up is no longer under way
      for (const { projection, position, logEnd } of rebuilds) {
        progress.set({ projection }, logEnd === 0 ? 1 : Math.min(1, position / logEnd));
        behind.set({ projection }, Math.max(0, logEnd - position));
      }
    },
    clear: () => [progress, behind].forEach((one) => one.reset()),
  });
