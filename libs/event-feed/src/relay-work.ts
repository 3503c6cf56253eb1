import type { Sql } from '#database';
import type { Work } from '#telemetry';
import { leads } from './lease-metrics.js';
import { relayLease } from './relay.js';
import { relayLags } from './relay-lag.js';

/** Filling a topic from the log, as liveness and readiness see it. */
export const relayWork = (database: Sql, topic: string): Work => ({
  name: `the relay to ${topic}`,
  async look() {
    const [lag] = await relayLags(database, [topic]);
    const { position, eventsBehind: behind, secondsBehind } = lag!;
    const standby = !leads(relayLease(topic));
    const lacks =
      behind === 0
        ? `Kafka topic ${topic} has every event`
        : `Kafka topic ${topic} is ${Math.round(secondsBehind)} s behind: who reads it misses the last ${behind} events`;
    return { position, behind, secondsBehind, standby, says: standby ? `stands by, another process fills the topic; ${lacks}` : lacks };
  },
});
