import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { projectorConfig } from './config.js';
import { projectorOperations } from './operations.js';
import { ProjectorModule, ProjectorService } from './projector.module.js';

await runProcess({ name: 'projector', operationsPort: 9703 }, async (fault) => {
  const config = projectorConfig();
  const app = await NestFactory.createApplicationContext(ProjectorModule.with(config, fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  const { health, close } = projectorOperations(config, app.get(ProjectorService).runner);
  return { health, close: () => app.close().finally(close) };
});
