export * from './migrations.js';
export * from './all-projections.js';
export * from './projection-ids.js';
export type { ClientFile, ClientFileRow } from './clients/client-files.js';
export type { ComplaintDetails, ComplaintRow, ComplaintStatus } from './complaints/complaints.js';
export type { RequestDetails, RequestRow } from './requests/requests.js';
export * from './cases/ageing-query.js';
export * from './cases/case-facts-query.js';
export * from './cases/case-rates-query.js';
export * from './handbook/calendar-queries.js';
export * from './clients/client-queries.js';
export {
  type AbsentDimension,
  absentDimensions,
  type CommitmentDimension,
  commitmentDimensions,
  type CommitmentFilter,
  type CommitmentOutcome,
  commitmentOutcomes,
  type InstantRange,
} from './commitments/commitment-filter.js';
export * from './commitments/commitment-queries.js';
export * from './commitments/compliance-query.js';
export type { CommitmentDetails, CommitmentRow } from './commitments/commitments.js';
export * from './complaints/complaint-figures.js';
export * from './complaints/complaint-queries.js';
export { ContactQuery, type ContactView, FollowUpQuery, type FollowUpView } from './contacts/contact-queries.js';
export * from './freshness/freshness.js';
export { showFreshness } from './freshness/freshness-metrics.js';
export * from './freshness/freshness-says.js';
export * from './handbook/handbook-queries.js';
export * from './handbook/handbook-reader-queries.js';
export * from './clients/open-items.js';
export * from './contacts/outreach-queries.js';
export * from './reading/page.js';
export * from './reading/read-database.js';
export * from './requests/request-queries.js';
export * from './clients/risk-profile-queries.js';
export * from './segments/segment-reader.js';
export * from './segments/segment-queries.js';
export * from './tiers/tier-figures.js';
export * from './tiers/tier-lists.js';
export * from './tiers/tier-queries.js';
export * from './tiers/tier-rules-queries.js';
export * from './timeline/timeline-queries.js';
export * from './value/index.js';
export * from './read-models.module.js';
