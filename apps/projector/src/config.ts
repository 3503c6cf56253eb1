/** Where events come from and rows go. From the environment; throws, naming the variable, where one is missing or wrong. */
export interface ProjectorConfig {
  databaseUrl: string;
  feed: { kind: 'postgres' } | { kind: 'kafka'; brokers: readonly string[]; topic: string };
  /** File of the firm's master keys: blind indexes are made from the fields that they open. */
  masterKeyFile: string;
  /** IANA zone in which the firm's local dates are told. */
  firmZone: string;
}

export function projectorConfig(env: NodeJS.ProcessEnv = process.env): ProjectorConfig {
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    feed: feedOf(env),
    masterKeyFile: required(env, 'MASTER_KEY_FILE'),
    firmZone: env.FIRM_ZONE ?? 'Asia/Shanghai',
  };
}

function feedOf(env: NodeJS.ProcessEnv): ProjectorConfig['feed'] {
  const kind = env.FEED ?? 'kafka';
  if (kind === 'postgres') return { kind };
  if (kind !== 'kafka') throw new Error('FEED is neither kafka nor postgres');
  return { kind, brokers: required(env, 'KAFKA_BROKERS').split(','), topic: env.KAFKA_TOPIC ?? 'rapport.events' };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
