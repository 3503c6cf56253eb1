export * from './tier.js';
export * from './tier-rules.js';
export * from './tier-events.js';
export * from './tier-history.js';
