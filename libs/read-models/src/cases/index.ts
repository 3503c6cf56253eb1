import { readModel } from '../read-model.js';
import { caseFactsTable, projectCaseFacts } from './case-facts.js';
import { CaseFactsHandler } from './case-facts-query.js';
import { caseFactsMigrations } from './case-tables.js';
import { CaseFilesHandler, ReceivedCasesHandler } from './received-cases-query.js';

export * from './case-facts-query.js';
export * from './received-cases-query.js';

/** What the clocks of requests and complaints go by. */
export const caseFacts = readModel({
  name: 'caseFacts',
  version: 1,
  tables: [caseFactsTable],
  migrations: caseFactsMigrations,
  projection: projectCaseFacts,
  queries: [CaseFactsHandler, CaseFilesHandler, ReceivedCasesHandler],
});
