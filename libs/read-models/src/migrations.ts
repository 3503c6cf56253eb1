import { accountMigrations } from './accounts/account-tables.js';
import { commitmentMigrations } from './commitments/commitment-tables.js';
import { scoped } from '#projections';
import { handbookMigrations } from './handbook/handbook-tables.js';
import { riskProfileMigrations } from './clients/risk-profile-tables.js';
import { relationshipMigrations } from './clients/relationship-tables.js';
import { segmentMigrations } from './segments/segment-tables.js';
import { valueMigrations } from './contacts/contact-tables.js';
import { requestMigrations } from './requests/request-tables.js';
import { tierRulesMigrations } from './tiers/tier-rules-tables.js';

const tables = {
  client_files: `
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
    CREATE INDEX ON read.client_files (name_index) WHERE name_index IS NOT NULL;`,
  timeline: `
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
    CREATE INDEX ON read.timeline (stream_id, version);`,
  tier_assertions: `
    CREATE TABLE read.tier_assertions (
      client_id   uuid NOT NULL,
      position    bigint NOT NULL,
      ordinal     int NOT NULL,
      branch_id   text NOT NULL,
      kind        text NOT NULL,
      tier        text,
      mode        text,
      override_id uuid,
      valid_from  date NOT NULL,
      valid_to    date,
      recorded_at timestamptz NOT NULL,
      PRIMARY KEY (client_id, position, ordinal)
    );`,
  tier_overrides: `
    CREATE TABLE read.tier_overrides (
      override_id   uuid PRIMARY KEY,
      client_id     uuid NOT NULL,
      branch_id     text NOT NULL,
      status        text NOT NULL,
      mode          text NOT NULL,
      tier          text NOT NULL,
      valid_from    date NOT NULL,
      valid_to      date,
      requested_by  text NOT NULL,
      requested_at  timestamptz NOT NULL,
      decided_by    text,
      decided_at    timestamptz,
      revoked_from  date,
      revoked_at    timestamptz,
      justification text NOT NULL,           -- JSON, as ciphertext
      reason        text                     -- JSON, as ciphertext
    );
    CREATE INDEX ON read.tier_overrides (client_id);`,
  complaints: `
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
    CREATE INDEX ON read.complaints (client_id);`,
  follow_ups: `
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
    CREATE INDEX ON read.follow_ups (client_id) WHERE status = 'scheduled';`,
};

/** Run after the runner's migrations, which make the schema. */
export const readModelMigrations = [
  ...Object.entries(tables).map(([table, sql]) => ({
    name: `read-models-001-${table.replaceAll('_', '-')}`,
    sql: `${sql}\n${scoped(table)}`,
  })),
  ...requestMigrations,
  ...handbookMigrations,
  ...commitmentMigrations,
  ...riskProfileMigrations,
  ...valueMigrations,
  ...accountMigrations,
  ...relationshipMigrations,
  ...tierRulesMigrations,
  ...segmentMigrations,
];
