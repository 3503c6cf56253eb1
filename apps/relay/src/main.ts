import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '#telemetry';
import { relayConfig } from './config.js';
import { RelayModule } from './relay.module.js';

const STOP_DEADLINE_MS = 10_000;
const log = createLogger('relay');

const app = await NestFactory.createApplicationContext(
  RelayModule.with(relayConfig(), () => process.exit(1)),
  { logger: ['warn', 'error', 'fatal'] },
);

const stop = (signal: string): void => {
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  app.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once('SIGTERM', stop).once('SIGINT', stop);
log.info('relay is up');
