export * from './freshness.js';
export { showFreshness } from './freshness-metrics.js';
export * from './freshness-says.js';
