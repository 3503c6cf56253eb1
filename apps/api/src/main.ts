import 'reflect-metadata';
import { createLogger } from '#telemetry';
import { apiConfig } from './config.js';
import { startApi } from './start-api.js';

const STOP_DEADLINE_MS = 10_000;
const log = createLogger('api');

const api = await startApi(apiConfig());

const stop = (signal: string): void => {
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  api.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once('SIGTERM', () => stop('SIGTERM')).once('SIGINT', () => stop('SIGINT'));
log.info({ url: api.url }, 'api is up');
