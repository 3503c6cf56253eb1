export * from './generations/digest.js';
export { PARKED, type TableComparison } from './generations/compare.js';
export {
  cancelRebuild,
  type Generation,
  type GenerationState,
  listGenerations,
  RebuildRefused,
  releaseKept,
} from './generations/generations.js';
export * from './generations/rebuild-types.js';
export { planRebuild, type RebuildPlan } from './generations/plan.js';
export { rebuild } from './generations/rebuild.js';
export { firstGenerationMigrations } from './generations/generation-tables.js';
export * from './migrations.js';
export * from './projections/all-projections.js';
export * from './projections/projection-ids.js';
export type { ClientFile, ClientFileRow } from './projections/client-files.js';
export type { ComplaintDetails, ComplaintRow, ComplaintStatus } from './projections/complaints.js';
export type { RequestDetails, RequestRow } from './projections/requests.js';
export * from './queries/ageing-query.js';
export * from './queries/case-facts-query.js';
export * from './queries/calendar-queries.js';
export * from './queries/client-queries.js';
export {
  type AbsentDimension,
  absentDimensions,
  type CommitmentDimension,
  commitmentDimensions,
  type CommitmentFilter,
  type CommitmentOutcome,
  commitmentOutcomes,
  type InstantRange,
} from './queries/commitment-filter.js';
export * from './queries/commitment-queries.js';
export * from './queries/compliance-query.js';
export type { CommitmentDetails, CommitmentRow } from './projections/commitments.js';
export * from './queries/complaint-figures.js';
export * from './queries/complaint-queries.js';
export { ContactQuery, type ContactView, FollowUpQuery, type FollowUpView } from './queries/contact-queries.js';
export * from './queries/freshness.js';
export { showFreshness } from './queries/freshness-metrics.js';
export * from './queries/freshness-says.js';
export { type RebuildUnderWay, rebuildsUnderWay, showRebuilds } from './queries/rebuild-metrics.js';
export * from './queries/handbook-queries.js';
export * from './queries/handbook-reader-queries.js';
export * from './queries/open-items.js';
export * from './queries/outreach-queries.js';
export * from './queries/page.js';
export * from './queries/read-database.js';
export * from './queries/request-queries.js';
export * from './queries/risk-profile-queries.js';
export * from './queries/segment-counting.js';
export * from './queries/segment-queries.js';
export * from './queries/tier-figures.js';
export * from './queries/tier-lists.js';
export * from './queries/tier-queries.js';
export * from './queries/tier-rules-queries.js';
export * from './queries/timeline-queries.js';
export * from './queries/value/index.js';
export * from './read-models.module.js';
export * from './runner/index.js';
