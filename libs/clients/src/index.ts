export * from './assignments.js';
export * from './client.js';
export * from './client-events.js';
