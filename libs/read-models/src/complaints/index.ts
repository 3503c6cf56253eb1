import { readModel } from '../read-model.js';
import { ComplaintFiguresHandler } from './complaint-figures.js';
import { ComplaintHandler, ComplaintListHandler } from './complaint-queries.js';
import { complaintMigrations } from './complaint-tables.js';
import { complaintTable, projectComplaints } from './complaints.js';

export * from './complaint-figures.js';
export * from './complaint-queries.js';
export type { ComplaintDetails, ComplaintRow, ComplaintStatus } from './complaints.js';

/** The complaint register. */
export const complaints = readModel({
  name: 'complaints',
  version: 1,
  tables: [complaintTable],
  migrations: complaintMigrations,
  projection: projectComplaints,
  queries: [ComplaintListHandler, ComplaintHandler, ComplaintFiguresHandler],
});
