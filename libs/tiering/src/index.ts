export * from './client-facts.js';
export * from './evaluator.js';
export * from './late-pass.js';
export * from './migrations.js';
export * from './published-rules.js';
export * from './runs.js';
export * from './start-tiering.js';
export * from './tier-keeper.js';
