import { BACK_OFFICE_TOPIC, TIER_CHANGES_TOPIC } from '#back-office';

/** Where the bridge reads and writes. From the environment; throws, naming the variable, where one is missing. */
export interface BridgeConfig {
  databaseUrl: string;
  /** File of the firm's master keys. */
  masterKeyFile: string;
  brokers: readonly string[];
  backOfficeTopic: string;
  tierChangesTopic: string;
  group: string;
  /** IANA zone of the firm: whose today it is, and in which the back office's dates are. */
  firmZone: string;
}

export function bridgeConfig(env: NodeJS.ProcessEnv = process.env): BridgeConfig {
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    masterKeyFile: required(env, 'MASTER_KEY_FILE'),
    brokers: required(env, 'KAFKA_BROKERS').split(','),
    backOfficeTopic: env.BACK_OFFICE_TOPIC ?? BACK_OFFICE_TOPIC,
    tierChangesTopic: env.TIER_CHANGES_TOPIC ?? TIER_CHANGES_TOPIC,
    group: env.BACK_OFFICE_GROUP ?? 'rapport-bridge',
    firmZone: env.FIRM_ZONE ?? 'Asia/Shanghai',
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
