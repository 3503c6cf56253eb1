import type { Migration } from '#database';
import { scoped } from '#projections';
import { kept } from './keeper-rights.js';

// A statement that takes another's place leaves it here, with the position from which it no longer holds: what was known
// at a position P is the rows with position <= P that are not replaced, or were replaced after P.
const statement = `
      position      bigint NOT NULL,
      replaced_at   bigint,             -- position of the statement that took its place
      branch_id     text NOT NULL,
      source        text NOT NULL,
      source_record text,               -- the source's own id of the record, with its version
      recorded_at   timestamptz NOT NULL`;

const tables = {
  account_links: `
    CREATE TABLE read.account_links (
      account_id        text NOT NULL,
      client_id         uuid NOT NULL,
      branch_id         text NOT NULL,
      role              text NOT NULL,
      linked_on         date NOT NULL,
      position          bigint NOT NULL,
      unlinked_on       date,
      unlinked_position bigint,
      PRIMARY KEY (account_id, client_id, position)
    );
    CREATE INDEX ON read.account_links (client_id);
    CREATE INDEX ON read.account_links (position);`,
  accounts: `
    CREATE TABLE read.accounts (
      stream_id  uuid PRIMARY KEY,
      client_id  uuid NOT NULL,
      account_id text NOT NULL,
      branch_id  text NOT NULL,
      source     text NOT NULL,
      status     text NOT NULL,
      currency   text,
      opened_on  date,
      closed_on  date,
      unlinked_on       date,           -- from here on it is not the client's
      unlinked_position bigint,
      first_on   date NOT NULL,         -- of the opening, or of the first fact where that came earlier or alone
      position   bigint NOT NULL        -- of the first fact
    );
    CREATE INDEX ON read.accounts (client_id, account_id);
    CREATE INDEX ON read.accounts (source, client_id);`,
  account_assets: `
    CREATE TABLE read.account_assets (
      client_id        uuid NOT NULL,
      account_id       text NOT NULL,
      on_date          date NOT NULL,
      total_minor      bigint NOT NULL,
      securities_minor bigint,
      cash_minor       bigint,
      currency         text NOT NULL, ${statement},
      -- all that an average needs, so that a month end does not visit the rows themselves
      PRIMARY KEY (client_id, account_id, on_date, position) INCLUDE (replaced_at, total_minor, currency)
    );
    CREATE INDEX ON read.account_assets (position);
    CREATE INDEX ON read.account_assets (replaced_at) WHERE replaced_at IS NOT NULL;`,
  account_turnover: `
    CREATE TABLE read.account_turnover (
      client_id           uuid NOT NULL,
      account_id          text NOT NULL,
      trade_id            text NOT NULL,
      on_date             date NOT NULL,
      kind                text NOT NULL,
      state               text NOT NULL,
      side                text,
      instrument_id       text,
      instrument_class    text,
      risk_level          int,
      quantity_millionths bigint,
      gross_minor         bigint NOT NULL,
      commission_minor    bigint NOT NULL,
      passed_on_minor     bigint NOT NULL,
      currency            text NOT NULL, ${statement},
      PRIMARY KEY (client_id, account_id, trade_id, position)
    );
    CREATE INDEX ON read.account_turnover (client_id, on_date);
    CREATE INDEX ON read.account_turnover (position);
    CREATE INDEX ON read.account_turnover (replaced_at) WHERE replaced_at IS NOT NULL;`,
  account_movements: `
    CREATE TABLE read.account_movements (
      client_id    uuid NOT NULL,
      account_id   text NOT NULL,
      movement_id  text NOT NULL,
      on_date      date NOT NULL,
      kind         text NOT NULL,
      direction    text NOT NULL,
      state        text NOT NULL,
      amount_minor bigint NOT NULL,
      currency     text NOT NULL, ${statement},
      PRIMARY KEY (client_id, account_id, movement_id, position)
    );
    CREATE INDEX ON read.account_movements (client_id, on_date);`,
  account_gaps: `
    CREATE TABLE read.account_gaps (
      client_id       uuid NOT NULL,
      account_id      text NOT NULL,
      branch_id       text NOT NULL,
      source          text NOT NULL,
      first_sequence  bigint NOT NULL,
      last_sequence   bigint NOT NULL,
      position        bigint NOT NULL,
      closed_position bigint,
      PRIMARY KEY (client_id, account_id, position)
    );`,
};

const firmWide = `
    CREATE TABLE read.source_days (
      source   text NOT NULL,
      on_date  date NOT NULL,
      position bigint NOT NULL,
      PRIMARY KEY (source, on_date)
    );
    CREATE TABLE read.exchange_rates (
      currency     text NOT NULL,
      base         text NOT NULL,
      on_date      date NOT NULL,
      position     bigint NOT NULL,
      replaced_at  bigint,
      amount_minor bigint NOT NULL,
      base_minor   bigint NOT NULL,
      PRIMARY KEY (currency, base, on_date, position)
    );
    CREATE TABLE read.ended_sources (
      source   text PRIMARY KEY,
      last_day date NOT NULL,
      position bigint NOT NULL
    );
    GRANT SELECT ON read.source_days, read.exchange_rates, read.ended_sources TO rapport_api, rapport_reader, rapport_timekeeper;
    GRANT SELECT, INSERT, UPDATE, DELETE ON read.source_days, read.exchange_rates, read.ended_sources TO rapport_projector;
    GRANT USAGE ON SCHEMA read TO rapport_timekeeper;
    GRANT SELECT ON read.checkpoints, read.parked TO rapport_timekeeper;`;

const changed = `
    ALTER TABLE read.accounts ADD COLUMN changed_at bigint NOT NULL DEFAULT 0; -- position of what moved its first day or its closing
    CREATE INDEX ON read.accounts (changed_at);`;

export const accountFactsMigrations: readonly Migration[] = [
  ...Object.entries(tables).map(([table, sql]) => ({
    name: `read-models-004-${table.replaceAll('_', '-')}`,
    sql: `${sql}\n${scoped(table)}\n${kept(table)}`,
  })),
  { name: 'read-models-004-firm-wide-facts', sql: firmWide },
  { name: 'read-models-005-accounts-changed', sql: changed },
];
