import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { timekeeperConfig } from './config.js';
import { timekeeperOperations } from './operations.js';
import { TimekeeperModule, TimekeeperService } from './timekeeper.module.js';

await runProcess({ name: 'timekeeper', operationsPort: 9704 }, async (fault) => {
  const config = timekeeperConfig();
  const app = await NestFactory.createApplicationContext(TimekeeperModule.with(config, fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  const { health, close } = timekeeperOperations(config, app.get(TimekeeperService).timekeeper);
  return { health, close: () => app.close().finally(close) };
});
