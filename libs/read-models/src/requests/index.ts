import { readModel } from '../read-model.js';
import { RequestHandler, RequestListHandler } from './request-queries.js';
import { requestMigrations } from './request-tables.js';
import { projectRequests, requestTable } from './requests.js';

export * from './request-queries.js';
export type { RequestDetails, RequestRow } from './requests.js';

/** The register of service requests. */
export const requests = readModel({
  name: 'requests',
  version: 1,
  tables: [requestTable],
  migrations: requestMigrations,
  projection: projectRequests,
  queries: [RequestListHandler, RequestHandler],
});
