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

// The same version of the projection: no event recorded before requests existed belongs to one, so a replay would write
// the rows that are there.
const timelineOfRequests = `
    ALTER TABLE read.timeline ADD COLUMN request_id uuid;
    CREATE INDEX ON read.timeline (request_id, position) WHERE request_id IS NOT NULL;`;

const caseFacts = `
    CREATE TABLE read.case_facts (
      subject_id uuid NOT NULL,    -- the request or the complaint
      source_id  uuid NOT NULL,    -- the event, or the contact whose amendment replaces what it said
      client_id  uuid NOT NULL,
      branch_id  text NOT NULL,
      position   bigint NOT NULL,
      opens      text,             -- JSON, of the event that opens the case
      facts      text NOT NULL,    -- JSON list
      PRIMARY KEY (subject_id, source_id)
    );`;

export const requestMigrations: readonly Migration[] = [
  { name: 'read-models-002-requests', sql: `${requests}\n${scoped('requests')}` },
  { name: 'read-models-002-timeline-of-requests', sql: timelineOfRequests },
  { name: 'read-models-002-case-facts', sql: `${caseFacts}\n${scoped('case_facts')}` },
];
