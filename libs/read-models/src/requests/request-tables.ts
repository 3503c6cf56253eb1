import type { Migration } from '#database';
import { scoped } from '#projections';

const requests = `
    CREATE TABLE read.requests (
      request_id              uuid PRIMARY KEY,
      client_id               uuid NOT NULL,
      branch_id               text NOT NULL,
      version                 int NOT NULL,
      status                  text NOT NULL,
      process                 text NOT NULL,
      channel                 text NOT NULL,
      severity                text NOT NULL,
      cycle                   int NOT NULL,
      received_at             timestamptz NOT NULL,
      received_precision      text NOT NULL,
      received_on             date,         -- null where the source has no date
      first_human_response_at timestamptz,  -- only where it is known to the instant
      waiting_since           timestamptz,  -- when the earliest open question was asked
      completed_at            timestamptz,
      completed_precision     text,
      open_steps              text NOT NULL, -- JSON list of names
      staff_id                text,         -- who acted on it last
      details                 text NOT NULL -- JSON, personal fields as ciphertext
    );
    CREATE INDEX ON read.requests (received_at DESC, request_id DESC);
    CREATE INDEX ON read.requests (branch_id, received_at DESC, request_id DESC);
    CREATE INDEX ON read.requests (client_id);`;

// A completion that is known by its day belongs to the month of its date. The rows are made again from the log.
const dates = `
    ALTER TABLE read.requests ADD COLUMN completed_on date;
    TRUNCATE read.requests;
    DELETE FROM read.checkpoints WHERE projection = 'requests';
    DELETE FROM read.parked WHERE projection = 'requests';`;

export const requestMigrations: readonly Migration[] = [
  { name: 'read-models-002-requests', sql: `${requests}\n${scoped('requests')}` },
  { name: 'read-models-002-requests-dates', sql: dates },
];
