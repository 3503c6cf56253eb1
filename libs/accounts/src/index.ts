export * from './account-events.js';
export * from './source-events.js';
