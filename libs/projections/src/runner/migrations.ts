import type { Migration } from '#database';
import { generationTables } from '../generations/generation-tables.js';

const runnerTables = `
CREATE SCHEMA IF NOT EXISTS read;
GRANT USAGE ON SCHEMA read TO rapport_projector, rapport_api, rapport_reader;

-- How far each projection is in each partition, moved in the transaction that writes its rows.
CREATE TABLE read.checkpoints (
  projection text     NOT NULL,
  version    int      NOT NULL,
  partition  smallint NOT NULL,
  position   bigint   NOT NULL,
  fence      bigint   NOT NULL,        -- grows whenever a consumer takes the partition over
  cursor     text,                     -- the feed's hint where to go on reading; may be wrong
  moved_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (projection, version, partition)
) WITH (fillfactor = 50);              -- moved all the time: room for updates in place

-- Events that a projection has not applied: the one that failed and those of the same client behind it. Never payload.
CREATE TABLE read.parked (
  projection text     NOT NULL,
  version    int      NOT NULL,
  position   bigint   NOT NULL,
  key        uuid     NOT NULL,
  partition  smallint NOT NULL,
  error_code text     NOT NULL,        -- 'behind' for those that wait behind a failed one
  parked_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (projection, version, position)
);
CREATE INDEX parked_by_key ON read.parked (key, projection, version, position);

-- Attempts are counted before a handler runs, so that an event that ends the process is found too.
CREATE TABLE read.batch_attempts (
  runner    text     NOT NULL,
  partition smallint NOT NULL,
  after     bigint   NOT NULL,         -- the checkpoint that the attempts began at
  attempts  int      NOT NULL,
  PRIMARY KEY (runner, partition)
) WITH (fillfactor = 50);
CREATE TABLE read.event_attempts (
  projection text   NOT NULL,
  version    int    NOT NULL,
  position   bigint NOT NULL,
  attempts   int    NOT NULL,
  PRIMARY KEY (projection, version, position)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON read.checkpoints, read.parked, read.batch_attempts, read.event_attempts TO rapport_projector;
GRANT SELECT ON read.checkpoints, read.parked TO rapport_api, rapport_reader;
`;

export const readModelRunnerMigrations: readonly Migration[] = [{ name: 'read-models-001-runner', sql: runnerTables }, generationTables];
