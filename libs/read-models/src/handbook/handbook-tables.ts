import type { Migration } from '#database';
import { firmWide, scoped } from '#projections';

const calendars = `
    CREATE TABLE read.calendars (
      name             text NOT NULL,
      calendar_version int NOT NULL,
      version          int NOT NULL,
      effective_from   date NOT NULL,
      source_notice    text NOT NULL,
      recorded_at      timestamptz NOT NULL,
      recorded_by      text NOT NULL,
      calendar         text NOT NULL,      -- JSON
      PRIMARY KEY (name, calendar_version)
    );`;

const editions = `
    CREATE TABLE read.handbook_editions (
      edition_key    text PRIMARY KEY,
      edition        int NOT NULL,
      version        int NOT NULL,         -- of the handbook, at the last event of this edition
      status         text NOT NULL,
      effective_from timestamptz NOT NULL,
      effective_to   timestamptz,          -- its own end; one that another edition follows ends there as well
      drafted_by     text NOT NULL,        -- JSON list
      drafted_at     timestamptz NOT NULL,
      approved_by    text,
      approved_at    timestamptz,
      published_by   text,
      published_at   timestamptz,
      retired_by     text,
      document       text NOT NULL         -- JSON
    );`;

const presets = `
    CREATE TABLE read.handbook_presets (
      preset_id       text PRIMARY KEY,
      version         int NOT NULL,        -- of the handbook, at the last event of this preset
      title           text NOT NULL,       -- JSON
      promises        text NOT NULL,       -- JSON
      effective_from  timestamptz NOT NULL,
      effective_to    timestamptz,
      switched_on_by  text NOT NULL,
      confirmation    text NOT NULL,
      switched_off_by text,
      note            text
    );`;

const acknowledgements = `
    CREATE TABLE read.handbook_acknowledgements (
      acknowledgement_id uuid PRIMARY KEY,
      edition            int NOT NULL,
      staff_id           text NOT NULL,
      role               text NOT NULL,
      branch_id          text NOT NULL,
      acknowledged_at    timestamptz NOT NULL
    );
    CREATE INDEX ON read.handbook_acknowledgements (edition, staff_id);`;

const deliveries = `
    CREATE TABLE read.handbook_deliveries (
      client_id    uuid NOT NULL,
      position     bigint NOT NULL,
      branch_id    text NOT NULL,
      version      int NOT NULL,
      edition      int NOT NULL,
      channel      text NOT NULL,
      language     text NOT NULL,
      delivered_at timestamptz NOT NULL,
      delivered_by text NOT NULL,
      PRIMARY KEY (client_id, position)
    );`;

// Written by partition, as every row of many clients is; the latest of a person's rows says where they are.
const staff = `
    CREATE TABLE read.staff_seen (
      staff_key    text PRIMARY KEY,       -- partition and person
      staff_id     text NOT NULL,
      role         text NOT NULL,
      branch_id    text NOT NULL,
      position     bigint NOT NULL,
      last_seen_at timestamptz NOT NULL
    );
    CREATE INDEX ON read.staff_seen (staff_id, position DESC);`;

export const calendarMigrations: readonly Migration[] = [
  { name: 'read-models-002-calendars', sql: `${calendars}\n${firmWide('calendars')}` },
];

export const handbookMigrations: readonly Migration[] = [
  { name: 'read-models-002-handbook-editions', sql: `${editions}\n${firmWide('handbook_editions')}` },
  { name: 'read-models-002-handbook-presets', sql: `${presets}\n${firmWide('handbook_presets')}` },
];

export const handbookReaderMigrations: readonly Migration[] = [
  { name: 'read-models-002-handbook-acknowledgements', sql: `${acknowledgements}\n${scoped('handbook_acknowledgements')}` },
  { name: 'read-models-002-handbook-deliveries', sql: `${deliveries}\n${scoped('handbook_deliveries')}` },
];

export const staffSeenMigrations: readonly Migration[] = [{ name: 'read-models-002-staff-seen', sql: `${staff}\n${scoped('staff_seen')}` }];
