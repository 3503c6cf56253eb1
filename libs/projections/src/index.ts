export { firmWide, scoped } from './branch-scope.js';
export { bigint, boolean, date, int, type NamedColumn, type NamedColumns, text, timestamptz, uuid } from './columns.js';
export { PARKED, type TableComparison } from './generations/compare.js';
export * from './generations/digest.js';
export { firstGenerationMigrations } from './generations/generation-tables.js';
export {
  cancelRebuild,
  type Generation,
  type GenerationState,
  listGenerations,
  RebuildRefused,
  releaseKept,
} from './generations/generations.js';
export { planRebuild, type RebuildPlan } from './generations/plan.js';
export { rebuild } from './generations/rebuild.js';
export { type RebuildUnderWay, rebuildsUnderWay, showRebuilds } from './generations/rebuild-metrics.js';
export * from './generations/rebuild-types.js';
export { type Db, RowSet } from './row-set.js';
export { firstOfItsStream, READ_SCHEMA, type RowOf, RowTable } from './row-table.js';
export { codeOf } from './runner/database-fault.js';
export * from './runner/migrations.js';
export { ParkedKeys, type ParkedKey, type RetryResult } from './runner/parked-retries.js';
export * from './runner/projection.js';
export { ProjectionRunner, type ProjectionRunnerOptions } from './runner/projection-runner.js';
export { ReadModelPositions } from './runner/read-model-positions.js';
