import { Settings } from '#telemetry';

/** Where the timekeeper reads and writes. From the environment; throws, naming every variable that is missing or wrong. */
export interface TimekeeperConfig {
  databaseUrl: string;
  /** IANA zone of the firm, at whose midnights tiers change. */
  firmZone: string;
  /** Local time from which a month end that is over is evaluated, `HH:mm`. */
  evaluateAt: string;
}

const EVALUATED_AT = '06:00';

export const timekeeperConfig = (env: NodeJS.ProcessEnv = process.env): TimekeeperConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    firmZone: settings.firmZone(),
    evaluateAt: settings.parsed('TIERS_EVALUATED_AT', EVALUATED_AT, timeOfDay) ?? EVALUATED_AT,
  }));

function timeOfDay(text: string): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) throw new Error(`TIERS_EVALUATED_AT is ${text}, not a time such as 06:00`);
  return text;
}
