import type { Sql } from '#database';
import { gauge, onScrape } from '#telemetry';

/** How far a topic is behind the log. */
export interface RelayLag {
  topic: string;
  /** Everything up to here is in the topic. */
  position: number;
  /** Where the log ends. */
  logEnd: number;
  eventsBehind: number;
  /** Seconds since the oldest event that the topic lacks was recorded; 0 where it lacks none. */
  secondsBehind: number;
}

const SQL = `
  WITH head AS (SELECT last_position FROM log.seals ORDER BY last_position DESC LIMIT 1),
       topics AS (SELECT t.topic, coalesce(s.position, 0) AS position FROM unnest($1::text[]) AS t (topic) LEFT JOIN feed.relay_state s USING (topic))
  SELECT topic, position, last_position AS "logEnd", greatest(0, last_position - position) AS "eventsBehind",
    CASE WHEN position >= last_position THEN 0
      ELSE greatest(0, extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM log.events e WHERE e.position = topics.position + 1)))
    END::float8 AS "secondsBehind"
  FROM topics, head ORDER BY topic`;

/** Also of a topic that nothing was ever published to. One look at the log's end and at the next event: no scan. */
export async function relayLags(database: Sql, topics: readonly string[]): Promise<RelayLag[]> {
  return (await database.query<RelayLag>(SQL, [[...topics]])).rows;
}

const logPosition = gauge('rapport_log_position', 'Position of the last event of the log.');
const lagEvents = gauge('rapport_relay_lag_events', 'Events of the log that a Kafka topic does not have yet.', ['topic']);
const lagSeconds = gauge('rapport_relay_lag_seconds', 'Age of the oldest event that a Kafka topic does not have yet.', ['topic']);

/** Shows how far these topics are behind on every scrape. Answers what ends it. */
export const showRelayLag = (database: Sql, topics: readonly string[]): (() => void) =>
  onScrape({
    read: () => relayLags(database, topics),
    show: (lags) => {
      for (const { topic, logEnd, eventsBehind, secondsBehind } of lags) {
        logPosition.set(logEnd);
        lagEvents.set({ topic }, eventsBehind);
        lagSeconds.set({ topic }, secondsBehind);
      }
    },
    clear: () => [lagEvents, lagSeconds].forEach((one) => one.reset()),
  });
