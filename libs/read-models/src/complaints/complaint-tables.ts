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

export const complaintMigrations: readonly Migration[] = [
  { name: 'read-models-001-complaints', sql: `${complaints}\n${scoped('complaints')}` },
];
