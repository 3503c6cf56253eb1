import { readModel } from '../read-model.js';
import { clientAttributeTable, projectClientAttributes } from './client-attributes.js';
import { SegmentClientsHandler, SegmentCountHandler, SegmentListHandler, SegmentOfIdHandler } from './segment-queries.js';
import { clientAttributeMigrations, segmentMigrations } from './segment-tables.js';
import { projectSegments, segmentCountTable, segmentTable } from './segments.js';

export * from './segment-reader.js';
export * from './segment-queries.js';

/** What segments ask of a client's file, by blind indexes alone. */
export const clientAttributes = readModel({
  name: 'clientAttributes',
  version: 1,
  tables: [clientAttributeTable],
  migrations: clientAttributeMigrations,
  projection: projectClientAttributes,
  queries: [],
});

/** Saved queries, and how many clients each of them found, by day. */
export const segments = readModel({
  name: 'segments',
  version: 1,
  tables: [segmentTable, segmentCountTable],
  migrations: segmentMigrations,
  projection: projectSegments,
  queries: [SegmentListHandler, SegmentOfIdHandler, SegmentClientsHandler, SegmentCountHandler],
});
