/** Where the timekeeper reads and writes. From the environment; throws, naming the variable, where one is missing. */
export interface TimekeeperConfig {
  databaseUrl: string;
  /** IANA zone of the firm, at whose midnights tiers change. */
  firmZone: string;
}

export function timekeeperConfig(env: NodeJS.ProcessEnv = process.env): TimekeeperConfig {
  const { DATABASE_URL: databaseUrl, FIRM_ZONE: firmZone = 'Asia/Shanghai' } = env;
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  return { databaseUrl, firmZone };
}
