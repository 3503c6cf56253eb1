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

const followUps = `
    CREATE TABLE read.follow_ups (
      follow_up_id uuid PRIMARY KEY,
      client_id    uuid NOT NULL,
      branch_id    text NOT NULL,
      contact_id   uuid,
      version      int NOT NULL,
      status       text NOT NULL,
      due_at       timestamptz NOT NULL,
      purpose      text NOT NULL,
      owner        text NOT NULL,
      completed_at timestamptz
    );
    CREATE INDEX ON read.follow_ups (client_id) WHERE status = 'scheduled';`;

export const clientContactMigrations: readonly Migration[] = [
  { name: 'read-models-004-client-contacts', sql: `${contacts}\n${scoped('client_contacts')}` },
  { name: 'read-models-004-survey-answers', sql: `${answers}\n${scoped('survey_answers')}` },
];

export const followUpMigrations: readonly Migration[] = [
  { name: 'read-models-001-follow-ups', sql: `${followUps}\n${scoped('follow_ups')}` },
];
