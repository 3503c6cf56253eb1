import { type KafkaConnection, kafkaOf } from '#event-feed';
import { Settings } from '#telemetry';

/** Where the relay reads and writes. From the environment; throws, naming every variable that is missing or wrong. */
export interface RelayConfig {
  databaseUrl: string;
  kafka: KafkaConnection;
  topic: string;
}

export const relayConfig = (env: NodeJS.ProcessEnv = process.env): RelayConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    kafka: kafkaOf(settings),
    topic: settings.optional('KAFKA_TOPIC', 'rapport.events'),
  }));
