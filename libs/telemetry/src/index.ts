export * from './answers.js';
export * from './health.js';
export * from './logger.js';
export * from './metrics.js';
export * from './process-life.js';
export * from './settings.js';
export * from './tracing.js';
export * from './within.js';
