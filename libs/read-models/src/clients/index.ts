import { readModel } from '../read-model.js';
import { clientFileTable, projectClientFiles } from './client-files.js';
import { ClientFileHandler, ClientListHandler } from './client-queries.js';
import { clientFileMigrations, relationshipMigrations, riskProfileMigrations } from './client-tables.js';
import { projectRelationships, relationshipTable } from './relationships.js';
import { RiskProfileHandler } from './risk-profile-queries.js';
import { projectRiskProfiles, riskProfileTable } from './risk-profiles.js';

export type { ClientFile, ClientFileRow } from './client-files.js';
export * from './client-queries.js';
export * from './risk-profile-queries.js';

export const clientFiles = readModel({
  name: 'clientFiles',
  version: 1,
  tables: [clientFileTable],
  migrations: clientFileMigrations,
  projection: projectClientFiles,
  queries: [ClientFileHandler, ClientListHandler],
});

export const riskProfiles = readModel({
  name: 'riskProfiles',
  version: 1,
  tables: [riskProfileTable],
  migrations: riskProfileMigrations,
  projection: projectRiskProfiles,
  queries: [RiskProfileHandler],
});

/** Whose clients are whose. Asked by others, in sets. */
export const relationships = readModel({
  name: 'relationships',
  version: 1,
  tables: [relationshipTable],
  migrations: relationshipMigrations,
  projection: projectRelationships,
  queries: [],
});
