import { readModel } from '../read-model.js';
import { CommitmentChangesHandler, CommitmentHandler, CommitmentListHandler } from './commitment-queries.js';
import { commitmentMigrations } from './commitment-tables.js';
import { commitmentTable, projectCommitments } from './commitments.js';
import { ComplianceHandler } from './compliance-query.js';

export {
  type AbsentDimension,
  absentDimensions,
  type CommitmentDimension,
  commitmentDimensions,
  type CommitmentFilter,
  type CommitmentOutcome,
  commitmentOutcomes,
  type InstantRange,
  lateEvidenceStatuses,
} from './commitment-filter.js';
export * from './commitment-queries.js';
export type { CommitmentDetails, CommitmentRow, ShownLateEvidence } from './commitments.js';
export * from './compliance-query.js';

/** Every commitment as it stands. */
export const commitments = readModel({
  name: 'commitments',
  version: 1,
  tables: [commitmentTable],
  migrations: commitmentMigrations,
  projection: projectCommitments,
  queries: [CommitmentListHandler, CommitmentHandler, CommitmentChangesHandler, ComplianceHandler],
});
