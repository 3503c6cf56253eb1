import type { Migration } from '#database';
import { firmWide } from '#projections';

const tierRules = `
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

export const tierRulesMigrations: readonly Migration[] = [
  { name: 'read-models-005-tier-rules', sql: `${tierRules}\n${firmWide('tier_rules')}` },
];
