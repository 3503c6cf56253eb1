import type { Migration } from '#database';
import { scoped } from '#projections';

const contacts = `
    CREATE TABLE read.client_contacts (
      contact_id uuid PRIMARY KEY,
      client_id  uuid NOT NULL,
      branch_id  text NOT NULL,
      started_on date,               -- local date of the firm or the source; null where undated
      channel    text NOT NULL,
      direction  text NOT NULL,
      automated  boolean NOT NULL
    );
    CREATE INDEX ON read.client_contacts (client_id, started_on DESC) WHERE NOT automated;`;

const answers = `
    CREATE TABLE read.survey_answers (
      survey_id   uuid PRIMARY KEY,
      client_id   uuid NOT NULL,
      branch_id   text NOT NULL,
      answered_on date,              -- null where undated
      position    bigint NOT NULL,
      csat        int NOT NULL,
      nps         int
    );
    CREATE INDEX ON read.survey_answers (client_id, answered_on DESC, position DESC);`;

/** What figures of client value need beside the facts of accounts. */
export const valueMigrations: readonly Migration[] = [
  { name: 'read-models-004-client-contacts', sql: `${contacts}\n${scoped('client_contacts')}` },
  { name: 'read-models-004-survey-answers', sql: `${answers}\n${scoped('survey_answers')}` },
];
