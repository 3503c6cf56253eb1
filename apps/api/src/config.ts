import { acceptedAlgorithms, type AcceptedAlgorithm, type AuthenticationSettings } from '#access';
import { isIP } from 'node:net';
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
  /** Proxies before the API, by address or network. */
  trustedProxies: readonly string[];
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
    trustedProxies: settings.parsed('TRUSTED_PROXIES', '', proxiesOf) ?? [],
    firmZone: settings.firmZone(),
  }));

function algorithmsOf(text: string): AcceptedAlgorithm[] {
  return text.split(',').map((name) => {
    const algorithm = acceptedAlgorithms.find((accepted) => accepted === name.trim());
    if (!algorithm) throw new Error(`TOKEN_ALGORITHMS takes ${acceptedAlgorithms.join(', ')}`);
    return algorithm;
  });
}

function proxiesOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => {
      const [address = '', bits] = one.split('/');
      const version = isIP(address);
      const sound = version > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)));
      if (!sound) throw new Error('TRUSTED_PROXIES takes addresses and networks such as 10.0.0.0/8, separated by commas');
      return one;
    });
}

const jwksOf = (text: string): AuthenticationSettings['jwks'] => (/^https?:/.test(text) ? { url: text } : { file: text });
