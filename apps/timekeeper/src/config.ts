/** Where the timekeeper reads and writes. From the environment; throws, naming the variable, where one is missing. */
export interface TimekeeperConfig {
  databaseUrl: string;
  /** IANA zone of the firm, at whose midnights tiers change. */
  firmZone: string;
  /** Local time from which a month end that is over is evaluated, `HH:mm`. */
  evaluateAt: string;
}

export function timekeeperConfig(env: NodeJS.ProcessEnv = process.env): TimekeeperConfig {
  const { DATABASE_URL: databaseUrl, FIRM_ZONE: firmZone = 'Asia/Shanghai', TIERS_EVALUATED_AT: evaluateAt = '06:00' } = env;
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(evaluateAt)) throw new Error(`TIERS_EVALUATED_AT is ${evaluateAt}, not a time such as 06:00`);
  return { databaseUrl, firmZone, evaluateAt };
}
