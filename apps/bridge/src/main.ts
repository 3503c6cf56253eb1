import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { bridgeConfig } from './config.js';
import { bridgeOperations } from './operations.js';
import { BridgeModule } from './bridge.module.js';

await runProcess({ name: 'bridge', operationsPort: 9705 }, async (fault) => {
  const config = bridgeConfig();
  const app = await NestFactory.createApplicationContext(BridgeModule.with(config, fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  const { health, close } = bridgeOperations(config);
  return { health, close: () => app.close().finally(close) };
});
