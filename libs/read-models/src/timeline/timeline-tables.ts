import type { Migration } from '#database';
import { scoped } from '#projections';

const timeline = `
    CREATE TABLE read.timeline (
      client_id     uuid NOT NULL,
      position      bigint NOT NULL,
      branch_id     text NOT NULL,
      occurred_at   timestamptz NOT NULL,
      precision     text NOT NULL,
      local_date    date,
      recorded_at   timestamptz NOT NULL,
      event_id      uuid NOT NULL,
      stream_id     uuid NOT NULL,
      stream_kind   text NOT NULL,
      version       int NOT NULL,
      type          text NOT NULL,
      complaint_id  uuid,
      actor_id      text NOT NULL,
      actor_role    text NOT NULL,
      source_system text,
      body          text NOT NULL,           -- JSON, personal fields as ciphertext
      PRIMARY KEY (position)
    );
    CREATE INDEX ON read.timeline (client_id, occurred_at DESC, position DESC);
    CREATE INDEX ON read.timeline (complaint_id, position) WHERE complaint_id IS NOT NULL;
    CREATE INDEX ON read.timeline (stream_id, version);`;

// The same version of the projection: no event recorded before requests existed belongs to one, so a replay would write
// the rows that are there.
const ofRequests = `
    ALTER TABLE read.timeline ADD COLUMN request_id uuid;
    CREATE INDEX ON read.timeline (request_id, position) WHERE request_id IS NOT NULL;`;

export const timelineMigrations: readonly Migration[] = [
  { name: 'read-models-001-timeline', sql: `${timeline}\n${scoped('timeline')}` },
  { name: 'read-models-002-timeline-of-requests', sql: ofRequests },
];
