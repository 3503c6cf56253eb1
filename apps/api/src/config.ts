import { acceptedAlgorithms, type AcceptedAlgorithm, type AuthenticationSettings } from '#access';
import { FIRM_ZONE_DEFAULT, RATE_LIMIT_PER_MINUTE_DEFAULT } from './create-api.js';

/** Where the API listens and what it works on. */
export interface ApiConfig {
  databaseUrl: string;
  /** File of the firm's master keys. */
  masterKeyFile: string;
  authentication: AuthenticationSettings;
  host: string;
  port: number;
  rateLimitPerMinute: number;
  /** IANA zone of the firm. */
  firmZone: string;
}

/** From the environment; throws, naming the variable, where one is missing or wrong. */
export function apiConfig(env: NodeJS.ProcessEnv = process.env): ApiConfig {
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    masterKeyFile: required(env, 'MASTER_KEY_FILE'),
    authentication: {
      issuer: required(env, 'TOKEN_ISSUER'),
      audience: required(env, 'TOKEN_AUDIENCE'),
      algorithms: algorithmsOf(env.TOKEN_ALGORITHMS ?? 'ES256'),
      jwks: jwksOf(required(env, 'TOKEN_JWKS')),
    },
    host: env.HOST ?? '127.0.0.1',
    port: whole(env, 'PORT', 3000, 65_535),
    rateLimitPerMinute: whole(env, 'RATE_LIMIT_PER_MINUTE', RATE_LIMIT_PER_MINUTE_DEFAULT, 10_000_000),
    firmZone: zoneOf(env.FIRM_ZONE ?? FIRM_ZONE_DEFAULT),
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function whole(env: NodeJS.ProcessEnv, name: string, otherwise: number, max: number): number {
  const value = Number(env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 0 || value > max) throw new Error(`${name} is not a whole number up to ${max}`);
  return value;
}

function algorithmsOf(text: string): AcceptedAlgorithm[] {
  return text.split(',').map((name) => {
    const algorithm = acceptedAlgorithms.find((accepted) => accepted === name.trim());
    if (!algorithm) throw new Error(`TOKEN_ALGORITHMS takes ${acceptedAlgorithms.join(', ')}`);
    return algorithm;
  });
}

const jwksOf = (text: string): AuthenticationSettings['jwks'] => (/^https?:/.test(text) ? { url: text } : { file: text });

function zoneOf(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new Error(`FIRM_ZONE ${zone} is no IANA time zone`);
  }
}
