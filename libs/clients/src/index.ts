export * from './assignments.js';
export * from './client.js';
export * from './client-events.js';
export * from './risk-profile.js';
export * from './suitability.js';
export * from './segment.js';
export * from './segment-query.js';
