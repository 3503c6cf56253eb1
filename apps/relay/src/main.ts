import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { relayConfig } from './config.js';
import { RelayModule } from './relay.module.js';

await runProcess('relay', (fault) =>
  NestFactory.createApplicationContext(RelayModule.with(relayConfig(), fault), { logger: ['warn', 'error', 'fatal'], abortOnError: false }),
);
