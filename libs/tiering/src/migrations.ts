import type { Migration } from '#database';

/** How far evaluations are. What came of them is in the log. */
const schema = `
CREATE SCHEMA tiering;
CREATE TABLE tiering.runs (                  -- one a evaluation date
  on_date      date PRIMARY KEY,
  rule_version text NOT NULL,
  known_to     bigint NOT NULL,              -- facts up to this log position took part
  after_client uuid NOT NULL,                -- clients up to here are done
  clients      bigint NOT NULL DEFAULT 0,
  evaluated    bigint NOT NULL DEFAULT 0,
  stopped      bigint NOT NULL DEFAULT 0,
  promoted     bigint NOT NULL DEFAULT 0,
  demoted      bigint NOT NULL DEFAULT 0,
  started_at   timestamptz NOT NULL DEFAULT now(),
  finished_at  timestamptz
);
CREATE TABLE tiering.progress (              -- up to where facts have been looked at for what they change in finished runs
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL
);
CREATE TABLE tiering.pending (               -- clients whose facts a read model had not applied when they were looked at
  client_id uuid PRIMARY KEY
);
GRANT USAGE ON SCHEMA tiering TO rapport_timekeeper, rapport_api, rapport_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tiering TO rapport_timekeeper;
GRANT SELECT ON ALL TABLES IN SCHEMA tiering TO rapport_api, rapport_reader;
`;

/** Run after the timekeeper's migrations. */
export const tieringMigrations: readonly Migration[] = [{ name: 'tiering-001-runs', sql: schema }];
