import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '#telemetry';
import { BridgeModule } from './bridge.module.js';
import { bridgeConfig } from './config.js';

await runProcess('bridge', (fault) =>
  NestFactory.createApplicationContext(BridgeModule.with(bridgeConfig(), fault), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  }),
);
