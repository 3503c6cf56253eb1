export * from './rfm.js';
export * from './quintile.js';
export * from './pareto.js';
export * from './potential.js';
export * from './churn.js';
export type { Holding, ObservedPosition, ObservedTrade } from './observed-positions.js';
export * from './observed-preference.js';
export * from './dormancy.js';
export * from './scales.js';
