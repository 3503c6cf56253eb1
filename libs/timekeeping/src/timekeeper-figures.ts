import { cappedCount, COUNTED_MAX, type Sql } from '#database';
import { counter, gauge, onScrape } from '#telemetry';

/** Where the service clocks are. Counts stop at `COUNTED_MAX`. */
export interface TimekeeperFigures {
  position: number;
  eventsBehind: number;
  /** Age of the oldest event that has not been answered; 0 where there is none. */
  secondsBehind: number;
  /** Cases whose time has come and that were not looked at yet. */
  dueCases: number;
  /** How long the longest due of them waits. */
  dueSeconds: number;
  /** Cases whose clocks could not be run. */
  faultyCases: number;
  unreadEvents: number;
}

const SQL = `
  WITH head AS (SELECT last_position FROM log.seals ORDER BY last_position DESC LIMIT 1),
       kept AS (SELECT coalesce((SELECT position FROM timekeeper.progress), 0) AS position)
  SELECT position, greatest(0, last_position - position) AS "eventsBehind",
    CASE WHEN position >= last_position THEN 0
      ELSE greatest(0, extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM log.events e WHERE e.position = kept.position + 1)))
    END::float8 AS "secondsBehind",
    ${cappedCount('timekeeper.cases WHERE wake_at <= now()')} AS "dueCases",
    coalesce(greatest(0, extract(epoch FROM now() - (SELECT min(wake_at) FROM timekeeper.cases))), 0)::float8 AS "dueSeconds",
    ${cappedCount('timekeeper.cases WHERE fault IS NOT NULL')} AS "faultyCases",
    ${cappedCount('timekeeper.unread')} AS "unreadEvents"
  FROM kept, head`;

export async function timekeeperFigures(database: Sql): Promise<TimekeeperFigures> {
  return (await database.query<TimekeeperFigures>(SQL)).rows[0]!;
}

/** Cases that were looked at because their time had come. */
export const timersFired = counter('rapport_timekeeper_timers_fired_total', 'Cases that were looked at because their time had come.');

const gauges = {
  eventsBehind: gauge('rapport_timekeeper_lag_events', 'Events of the log that the service clocks have not answered yet.'),
  secondsBehind: gauge('rapport_timekeeper_lag_seconds', 'Age of the oldest event that the service clocks have not answered yet.'),
  dueCases: gauge('rapport_timekeeper_due_cases', `Cases whose time has come and that wait to be looked at, ${COUNTED_MAX} at most.`),
  dueSeconds: gauge('rapport_timekeeper_due_seconds', 'How long the longest due case waits.'),
  faultyCases: gauge('rapport_timekeeper_faulty_cases', 'Cases whose clocks could not be run.'),
  unreadEvents: gauge('rapport_timekeeper_unread_events', 'Events that the clocks could not read and went on without.'),
};
const all = Object.entries(gauges) as [keyof typeof gauges, (typeof gauges)['dueCases']][];

/** Shows where the service clocks are on every scrape. Answers what ends it. */
export const showTimekeeper = (database: Sql): (() => void) =>
  onScrape({
    read: () => timekeeperFigures(database),
    show: (figures) => all.forEach(([name, one]) => one.set(figures[name])),
    clear: () => all.forEach(([, one]) => one.reset()),
  });
