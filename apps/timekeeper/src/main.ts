import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { timekeeperConfig } from './config.js';
import { TimekeeperModule } from './timekeeper.module.js';

await runProcess('timekeeper', (fault) =>
  NestFactory.createApplicationContext(TimekeeperModule.with(timekeeperConfig(), fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  }),
);
