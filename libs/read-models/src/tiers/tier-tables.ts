import type { Migration } from '#database';
import { firmWide, scoped } from '#projections';
import { kept } from '../accounts/keeper-rights.js';

const assertions = `
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
    );`;

const overrides = `
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
    CREATE INDEX ON read.tier_overrides (client_id);`;

const standings = `
    CREATE TABLE read.tier_standings (
      client_id     uuid PRIMARY KEY,
      branch_id     text NOT NULL,
      version       int NOT NULL,       -- of the client's tier stream
      position      bigint NOT NULL,
      initial_from  date NOT NULL,      -- effective date of the first tier
      tier          text NOT NULL,      -- by the rules, after the latest evaluation
      strikes       int NOT NULL,
      promoted_from date,
      evaluated_on  date,               -- the latest day that was evaluated; null before the first
      stopped_on    date                -- the latest day that could not be, where it lies after that
    );
    CREATE INDEX ON read.tier_standings (branch_id, tier);`;

const evaluations = `
    CREATE TABLE read.tier_evaluations (
      client_id    uuid NOT NULL,
      on_date      date NOT NULL,
      position     bigint NOT NULL,
      replaced_at  bigint,
      branch_id    text NOT NULL,
      rule_version text NOT NULL,
      stopped      boolean NOT NULL,
      current_tier text,                -- null where stopped
      tier         text,
      strikes      int,
      recorded_at  timestamptz NOT NULL,
      details      text NOT NULL,       -- JSON: the event's data
      PRIMARY KEY (client_id, on_date, position)
    );
    CREATE INDEX ON read.tier_evaluations (on_date) WHERE stopped AND replaced_at IS NULL;
    CREATE INDEX ON read.tier_evaluations (branch_id, on_date) WHERE current_tier <> tier AND replaced_at IS NULL;`;

const rules = `
    CREATE TABLE read.tier_rules (
      version           text PRIMARY KEY,     -- of the rules, as they name themselves
      stream_version    int NOT NULL,         -- of all rules, at the last event of this version
      status            text NOT NULL,
      drafted_by        text NOT NULL,        -- JSON list
      drafted_at        timestamptz NOT NULL,
      approved_by       text,
      approved_at       timestamptz,
      published_by      text,
      published_at      timestamptz,
      published_version int,                  -- stream version at publication: versions follow each other in this order
      effective_from    date,
      document          text NOT NULL         -- JSON
    );`;

const forKeeper = ['client_files', 'commitments', 'tier_overrides', 'tier_assertions'].map(kept).join('');

export const tierHistoryMigrations: readonly Migration[] = [
  { name: 'read-models-001-tier-assertions', sql: `${assertions}\n${scoped('tier_assertions')}` },
  { name: 'read-models-001-tier-overrides', sql: `${overrides}\n${scoped('tier_overrides')}` },
];

/** After those of client files and commitments, which the keeper of tiers reads too. */
export const tierStandingMigrations: readonly Migration[] = [
  { name: 'read-models-004-tier-standings', sql: `${standings}\n${scoped('tier_standings')}\n${kept('tier_standings')}` },
  { name: 'read-models-004-tier-evaluations', sql: `${evaluations}\n${scoped('tier_evaluations')}\n${kept('tier_evaluations')}` },
  { name: 'read-models-004-for-the-keeper-of-tiers', sql: forKeeper },
];

export const tierRulesMigrations: readonly Migration[] = [
  { name: 'read-models-005-tier-rules', sql: `${rules}\n${firmWide('tier_rules')}` },
];
