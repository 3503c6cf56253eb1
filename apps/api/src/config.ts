import { acceptedAlgorithms, type AcceptedAlgorithm, type AuthenticationSettings } from '#access';
import { Settings } from '#telemetry';
import { RATE_LIMIT_PER_MINUTE_DEFAULT } from './create-api.js';

const PORT_MAX = 65_535;
const RATE_LIMIT_MAX = 10_000_000;

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

/** From the environment; throws, naming every variable that is missing or wrong. */
export const apiConfig = (env: NodeJS.ProcessEnv = process.env): ApiConfig =>
  Settings.read(env, (settings) => ({
    databaseUrl: settings.databaseUrl(),
    masterKeyFile: settings.required('MASTER_KEY_FILE'),
    authentication: {
      issuer: settings.required('TOKEN_ISSUER'),
      audience: settings.required('TOKEN_AUDIENCE'),
      algorithms: settings.parsed('TOKEN_ALGORITHMS', 'ES256', algorithmsOf) ?? [],
      jwks: jwksOf(settings.required('TOKEN_JWKS')),
    },
    host: settings.optional('HOST', '127.0.0.1'),
    port: settings.whole('PORT', 3000, PORT_MAX),
    rateLimitPerMinute: settings.whole('RATE_LIMIT_PER_MINUTE', RATE_LIMIT_PER_MINUTE_DEFAULT, RATE_LIMIT_MAX),
    firmZone: settings.firmZone(),
  }));

function algorithmsOf(text: string): AcceptedAlgorithm[] {
  return text.split(',').map((name) => {
    const algorithm = acceptedAlgorithms.find((accepted) => accepted === name.trim());
    if (!algorithm) throw new Error(`TOKEN_ALGORITHMS takes ${acceptedAlgorithms.join(', ')}`);
    return algorithm;
  });
}

const jwksOf = (text: string): AuthenticationSettings['jwks'] => (/^https?:/.test(text) ? { url: text } : { file: text });
