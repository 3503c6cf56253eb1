import type { Migration } from '#database';

/** What the timekeeper has read, and when it has to look at a case again. All of it is derived from the log. */
const schema = `
CREATE SCHEMA timekeeper;
CREATE TABLE timekeeper.progress (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch     bigint NOT NULL,                -- of the leader that may save
  position  bigint NOT NULL,                -- all up to here has had its effect
  saved_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE timekeeper.rules (             -- events of calendars and of the handbook
  position    bigint PRIMARY KEY,
  event_id    uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  type        text NOT NULL,
  data        text NOT NULL                 -- JSON
);
CREATE TABLE timekeeper.tier_events (
  client_id   uuid NOT NULL,
  position    bigint NOT NULL,
  event_id    uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  type        text NOT NULL,
  data        text NOT NULL,                -- JSON, personal fields as ciphertext
  PRIMARY KEY (client_id, position)
);
CREATE TABLE timekeeper.cases (
  subject_id      uuid PRIMARY KEY,
  client_id       uuid NOT NULL,
  branch_id       text NOT NULL,
  kind            text NOT NULL,
  subject         text NOT NULL,            -- JSON: as it was received
  opened_position bigint NOT NULL,
  opened_at       timestamptz NOT NULL,
  streams         uuid[] NOT NULL DEFAULT '{}', -- its commitments
  calendars       text[] NOT NULL DEFAULT '{}', -- that its running ones use
  running         boolean NOT NULL DEFAULT false,
  wake_at         timestamptz,              -- when a clock next does something by itself; null: never
  fault           text                      -- why its clocks could not be run; the next event of the case tries again
);
CREATE INDEX ON timekeeper.cases (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX ON timekeeper.cases (client_id) WHERE running;
CREATE TABLE timekeeper.unread (            -- events that say nothing to the clocks because they could not be read
  position bigint PRIMARY KEY,
  reason   text NOT NULL
);
CREATE TABLE timekeeper.facts (
  subject_id uuid NOT NULL,
  position   bigint NOT NULL,
  ordinal    int NOT NULL,
  source     uuid NOT NULL,
  fact       text NOT NULL,                 -- JSON
  PRIMARY KEY (subject_id, position, ordinal)
);
GRANT USAGE ON SCHEMA timekeeper TO rapport_timekeeper, rapport_reader, rapport_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA timekeeper TO rapport_timekeeper;
GRANT SELECT ON ALL TABLES IN SCHEMA timekeeper TO rapport_reader;
GRANT SELECT ON timekeeper.progress TO rapport_api;

GRANT USAGE ON SCHEMA log TO rapport_timekeeper;
GRANT SELECT ON log.events, log.seals, log.stored_types, log.outcomes, log.reservations TO rapport_timekeeper;
GRANT EXECUTE ON FUNCTION log.append, log.purge_outcomes, log.collect_types TO rapport_timekeeper;
`;

// Operations count them every few seconds, however many cases there are.
const faults = `CREATE INDEX faulty_cases ON timekeeper.cases (subject_id) WHERE fault IS NOT NULL;`;

// Facts say when they were recorded, and until when a day lasts: all is read again. What the log says already is not said twice.
const recorded = `
TRUNCATE timekeeper.facts, timekeeper.cases, timekeeper.tier_events, timekeeper.rules, timekeeper.unread;
UPDATE timekeeper.progress SET position = 0;`;

/** Run after the event store's migrations. */
export const timekeepingMigrations: readonly Migration[] = [
  { name: 'timekeeping-001-cases', sql: schema },
  { name: 'timekeeping-002-faults', sql: faults },
  { name: 'timekeeping-003-recorded', sql: recorded },
];
