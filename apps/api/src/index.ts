export * from './config.js';
export * from './api.module.js';
export * from './create-api.js';
export * from './operations/api-operations.js';
export * from './start-api.js';
