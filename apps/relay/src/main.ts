import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { relayConfig } from './config.js';
import { relayOperations } from './operations.js';
import { RelayModule } from './relay.module.js';

await runProcess({ name: 'relay', operationsPort: 9702 }, async (fault) => {
  const config = relayConfig();
  const app = await NestFactory.createApplicationContext(RelayModule.with(config, fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  const { health, close } = relayOperations(config);
  return { health, close: () => app.close().finally(close) };
});
