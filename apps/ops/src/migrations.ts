import { timekeepingMigrations } from '#timekeeping';
import { backOfficeMigrations } from '#bridge';
import type { Migration } from '#database';
import { eventFeedMigrations } from '#event-feed';
import { eventStoreMigrations } from '#event-store';
import { privacyMigrations } from '#privacy';
import { firstGenerationMigrations, readModelRunnerMigrations } from '#projections';
import { laterReadModelMigrations, readModelMigrations } from '#read-models';
import { tieringMigrations } from '#tiering';

/** What imports have finished: a repeated one answers from here at once. */
const opsMigrations: readonly Migration[] = [
  {
    name: 'ops-001-imports',
    sql: `
      CREATE SCHEMA ops;
      CREATE TABLE ops.imports (
        fingerprint     text PRIMARY KEY,     -- SHA-256 of the source's name and its files
        source          text NOT NULL,
        rows_read       bigint NOT NULL,
        rows_accepted   bigint NOT NULL,
        rows_refused    bigint NOT NULL,
        events_appended bigint NOT NULL,
        ranges          text NOT NULL,        -- JSON: the positions of these events
        finished_at     timestamptz NOT NULL DEFAULT now()
      );
    `,
  },
];

/** Every lib's, in the order in which they build on each other. */
export const allMigrations: readonly Migration[] = [
  ...eventStoreMigrations,
  ...privacyMigrations,
  ...eventFeedMigrations,
  ...readModelRunnerMigrations,
  ...readModelMigrations,
  ...timekeepingMigrations,
  ...tieringMigrations,
  ...backOfficeMigrations,
  ...firstGenerationMigrations,
  ...laterReadModelMigrations,
  ...opsMigrations,
];
