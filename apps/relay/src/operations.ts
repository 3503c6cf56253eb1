import { openOperationsDatabase } from '#database';
import { kafkaDependency, relayWork, showRelayLag } from '#event-feed';
import { type Operations } from '#telemetry';
import type { RelayConfig } from './config.js';

const READY_WITHIN_SECONDS = 60;

/** What operations see of the relay: how far the topic is behind the log. */
export function relayOperations({ databaseUrl: url, kafka, topic }: RelayConfig): Operations {
  const { sql, dependency, close } = openOperationsDatabase({ url, role: 'rapport_relay' });
  const endFigures = showRelayLag(sql, [topic]);
  return {
    health: {
      dependencies: [dependency, kafkaDependency(kafka.brokers)],
      works: [relayWork(sql, topic)],
      readyWithinSeconds: READY_WITHIN_SECONDS,
    },
    async close() {
      endFigures();
      await close();
    },
  };
}
