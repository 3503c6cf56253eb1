import type { Migration } from '#database';
import { scoped } from '#projections';

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

// Facts say when they were recorded, and until when a day lasts. The rows are made again from the log.
const recorded = `
    TRUNCATE read.case_facts;
    DELETE FROM read.checkpoints WHERE projection = 'caseFacts';
    DELETE FROM read.parked WHERE projection = 'caseFacts';`;

export const caseFactsMigrations: readonly Migration[] = [
  { name: 'read-models-002-case-facts', sql: `${caseFacts}\n${scoped('case_facts')}` },
  { name: 'read-models-002-case-facts-recorded', sql: recorded },
];
