export * from './decider.js';
export * from './domain-error.js';
export * from './envelope.js';
export * from './event-definition.js';
export * from './given-when-then.js';
export * from './ids.js';
export * from './local-date.js';
export * from './values.js';
