/** Where the relay reads and writes. From the environment; throws, naming the variable, where one is missing. */
export interface RelayConfig {
  databaseUrl: string;
  brokers: readonly string[];
  topic: string;
}

export function relayConfig(env: NodeJS.ProcessEnv = process.env): RelayConfig {
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    brokers: required(env, 'KAFKA_BROKERS').split(','),
    topic: env.KAFKA_TOPIC ?? 'rapport.events',
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
