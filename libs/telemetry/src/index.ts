export * from './logger.js';
export * from './process-life.js';
