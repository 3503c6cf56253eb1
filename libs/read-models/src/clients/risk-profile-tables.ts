import type { Migration } from '#database';
import { scoped } from '#projections';

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

export const riskProfileMigrations: readonly Migration[] = [
  { name: 'read-models-004-risk-profiles', sql: `${riskProfiles}\n${scoped('risk_profiles')}` },
];
