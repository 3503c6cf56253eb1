import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { projectorConfig } from './config.js';
import { ProjectorModule } from './projector.module.js';

await runProcess('projector', (fault) =>
  NestFactory.createApplicationContext(ProjectorModule.with(projectorConfig(), fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  }),
);
