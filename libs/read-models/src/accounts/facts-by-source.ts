import type { Migration } from '#database';
import { firmWide, scoped } from '#projections';
import { kept } from './keeper-rights.js';

// Facts of one record of two sources stood in one row's place. The log has them all: the tables are emptied, and filled
// again from its beginning by the projector, under the next version of the model.
const shape = `
DO $$
DECLARE
  g   record;
  own name;
BEGIN
  FOR g IN SELECT * FROM read.generations WHERE model = 'accountFacts' AND state IN ('building', 'kept') LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', g.schema_name);
    UPDATE read.generations SET state = CASE g.state WHEN 'kept' THEN 'released' ELSE 'cancelled' END WHERE model = g.model AND generation = g.generation;
  END LOOP;
  SELECT * INTO g FROM read.generations WHERE model = 'accountFacts' AND state = 'active';
  FOR own IN SELECT name FROM read.tables_of('accountFacts') LOOP
    EXECUTE format('TRUNCATE %I.%I', g.schema_name, own);
  END LOOP;
  DELETE FROM read.checkpoints WHERE projection = 'accountFacts';
  DELETE FROM read.parked WHERE projection = 'accountFacts';
  UPDATE read.generations SET version = 2 WHERE model = 'accountFacts' AND generation = g.generation;
END $$;
SELECT read.change('account_assets', $$ADD COLUMN told_as text NOT NULL, DROP CONSTRAINT account_assets_pkey,
  ADD PRIMARY KEY (client_id, account_id, on_date, source, position) INCLUDE (replaced_at, total_minor, currency, told_as)$$);
SELECT read.change('account_turnover', $$DROP CONSTRAINT account_turnover_pkey, ADD PRIMARY KEY (client_id, account_id, trade_id, source, position)$$);
SELECT read.change('account_movements',
  $$DROP CONSTRAINT account_movements_pkey, ADD PRIMARY KEY (client_id, account_id, movement_id, source, position)$$);
SELECT read.change('accounts', $$ADD COLUMN row_id uuid NOT NULL, DROP CONSTRAINT accounts_pkey, ADD PRIMARY KEY (row_id)$$);
SELECT read.change('exchange_rates', $$ADD COLUMN source text NOT NULL, DROP CONSTRAINT exchange_rates_pkey,
  ADD PRIMARY KEY (currency, base, on_date, source, position)$$);
`;

const tables = `
CREATE TABLE read.account_sources (
  client_id   uuid NOT NULL,
  account_id  text NOT NULL,
  branch_id   text NOT NULL,
  kind        text NOT NULL,
  source      text NOT NULL,
  counted     boolean NOT NULL,
  position    bigint NOT NULL,
  replaced_at bigint,
  PRIMARY KEY (client_id, account_id, kind, source, position)
);
CREATE INDEX ON read.account_sources (client_id, account_id, kind, source) WHERE NOT counted;
CREATE INDEX ON read.account_sources (position);
CREATE INDEX ON read.account_sources (replaced_at) WHERE replaced_at IS NOT NULL;
CREATE TABLE read.rate_sources (
  currency    text NOT NULL,
  base        text NOT NULL,
  source      text NOT NULL,
  counted     boolean NOT NULL,
  position    bigint NOT NULL,
  replaced_at bigint,
  PRIMARY KEY (currency, base, source, position)
);
${scoped('account_sources')}
${kept('account_sources')}
${firmWide('rate_sources')}
${kept('rate_sources')}
DO $$
DECLARE
  home name := (SELECT schema_name FROM read.generations WHERE model = 'accountFacts' AND state = 'active');
  own  name;
BEGIN
  FOREACH own IN ARRAY ARRAY['account_sources', 'rate_sources'] LOOP
    EXECUTE format('ALTER TABLE read.%I SET SCHEMA %I', own, home);
    PERFORM read.show(home, own);
  END LOOP;
END $$;
`;

/** Run after the first generations are made. */
export const factsBySource: Migration = { name: 'read-models-008-facts-by-source', sql: `${shape}${tables}` };
