import { Settings } from '#telemetry';

/** Where the relay reads and writes. From the environment; throws, naming every variable that is missing or wrong. */
export interface RelayConfig {
  databaseUrl: string;
  brokers: readonly string[];
  topic: string;
}

export const relayConfig = (env: NodeJS.ProcessEnv = process.env): RelayConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    brokers: settings.brokers(),
    topic: settings.optional('KAFKA_TOPIC', 'rapport.events'),
  }));
