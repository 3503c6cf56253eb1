import type { Migration } from '#database';
import { scoped } from '#projections';

const files = `
    CREATE TABLE read.client_files (
      client_id           uuid PRIMARY KEY,
      branch_id           text NOT NULL,
      client_no           text NOT NULL,
      party               text NOT NULL,
      status              text NOT NULL,
      provisional         boolean NOT NULL,
      name_index          text,              -- keyed blind index of the name
      client_version      int NOT NULL,
      assignments_version int NOT NULL,
      tier_version        int NOT NULL,
      file                text NOT NULL      -- JSON, personal fields as ciphertext
    );
    CREATE INDEX ON read.client_files (client_no);
    CREATE INDEX ON read.client_files (name_index) WHERE name_index IS NOT NULL;`;

const relationships = `
    CREATE TABLE read.relationships (
      client_id  uuid NOT NULL,
      ordinal    int NOT NULL,
      branch_id  text NOT NULL,
      staff_id   text NOT NULL,
      role       text NOT NULL,
      is_primary boolean NOT NULL,
      from_date  date NOT NULL,
      to_date    date,
      PRIMARY KEY (client_id, ordinal)
    );
    CREATE INDEX ON read.relationships (staff_id, client_id);`;

const riskProfiles = `
    CREATE TABLE read.risk_profiles (
      client_id   uuid PRIMARY KEY,
      branch_id   text NOT NULL,
      version     int NOT NULL,
      assessed_on date,              -- of the assessment that counts; null where there is none
      valid_until date,              -- first day on which it is no longer valid
      assessments int NOT NULL,
      assessment  text,              -- JSON, personal fields as ciphertext
      checks      text NOT NULL      -- JSON list, the newest first, personal fields as ciphertext
    );
    CREATE INDEX ON read.risk_profiles (valid_until, client_id) WHERE valid_until IS NOT NULL;`;

export const clientFileMigrations: readonly Migration[] = [
  { name: 'read-models-001-client-files', sql: `${files}\n${scoped('client_files')}` },
];

export const relationshipMigrations: readonly Migration[] = [
  { name: 'read-models-006-relationships', sql: `${relationships}\n${scoped('relationships')}` },
];

export const riskProfileMigrations: readonly Migration[] = [
  { name: 'read-models-004-risk-profiles', sql: `${riskProfiles}\n${scoped('risk_profiles')}` },
];
