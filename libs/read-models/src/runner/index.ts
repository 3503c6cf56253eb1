export { codeOf } from './database-fault.js';
export * from './migrations.js';
export { ParkedKeys, type ParkedKey, type RetryResult } from './parked-keys.js';
export { labelOf, type ProjectedEvent, type Projection, type ProjectionId } from './projection.js';
export { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js';
export { ReadModelPositions } from './read-model-positions.js';
