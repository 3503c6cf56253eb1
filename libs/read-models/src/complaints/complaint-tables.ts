import type { Migration } from '#database';
import { scoped } from '#projections';

const complaints = `
    CREATE TABLE read.complaints (
      complaint_id             uuid PRIMARY KEY,
      client_id                uuid NOT NULL,
      branch_id                text NOT NULL,
      version                  int NOT NULL,
      status                   text NOT NULL,
      cycle                    int NOT NULL,
      channel                  text NOT NULL,
      product                  text NOT NULL,
      severity                 text,
      received_at              timestamptz NOT NULL,
      received_precision       text NOT NULL,
      received_on              date,         -- null where the source has no date
      acknowledged_at          timestamptz,
      first_human_response_at  timestamptz,  -- only where it is known to the instant
      final_response_at        timestamptz,
      final_response_precision text,
      resolution               text,
      closed_at                timestamptz,
      closed_precision         text,
      disputed                 boolean NOT NULL,
      details                  text NOT NULL -- JSON, personal fields as ciphertext
    );
    CREATE INDEX ON read.complaints (received_at DESC, complaint_id DESC);
    CREATE INDEX ON read.complaints (branch_id, received_at DESC, complaint_id DESC);
    CREATE INDEX ON read.complaints (client_id);`;

// A fact that is known by its day belongs to the month of its date, wherever its midnight lies. The rows are made again.
const dates = `
    ALTER TABLE read.complaints ADD COLUMN answered_on date, ADD COLUMN closed_on date;
    TRUNCATE read.complaints;
    DELETE FROM read.checkpoints WHERE projection = 'complaints';
    DELETE FROM read.parked WHERE projection = 'complaints';`;

// What is said in anybody's own words stands in the details alone, sealed.
const words = 'ALTER TABLE read.complaints ALTER COLUMN product DROP NOT NULL;';

export const complaintMigrations: readonly Migration[] = [
  { name: 'read-models-001-complaints', sql: `${complaints}\n${scoped('complaints')}` },
  { name: 'read-models-001-complaints-dates', sql: dates },
  { name: 'read-models-001-complaints-words', sql: words },
];
