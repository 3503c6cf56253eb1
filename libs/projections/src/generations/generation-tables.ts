import type { Migration } from '#database';

// A generation of a read model is a schema with tables of its own, and with the runner's (checkpoints, parked keys,
// attempts) while it is filled or kept. What readers see is a view of the same name in schema read.
const ledger = `
CREATE TABLE read.generations (
  model       text NOT NULL,
  generation  int  NOT NULL,
  version     int  NOT NULL,              -- of the projection that fills it
  schema_name text NOT NULL,
  state       text NOT NULL CHECK (state IN ('building', 'active', 'kept', 'released', 'cancelled')),
  begun_by    text NOT NULL DEFAULT session_user,
  begun_at    timestamptz NOT NULL DEFAULT now(),
  swapped_by  text,
  swapped_at  timestamptz,
  joined_at   bigint,                     -- position at which it took the other's place
  compared_at bigint,                     -- position at which the two were last compared
  comparison  text,                       -- JSON: by table, rows and digests of both
  reason      text,                       -- why differences were accepted
  PRIMARY KEY (model, generation)
);
CREATE UNIQUE INDEX one_active_generation ON read.generations (model) WHERE state = 'active';
CREATE UNIQUE INDEX one_building_generation ON read.generations (model) WHERE state = 'building';
GRANT SELECT ON read.generations TO rapport_projector, rapport_api, rapport_reader, rapport_timekeeper;
`;

const functions = `
-- Whoever may use the one table may use the other likewise.
CREATE FUNCTION read.copy_grants(p_from regclass, p_to regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g record;
BEGIN
  FOR g IN SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
             FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = p_from AND a.grantee <> c.relowner LOOP
    EXECUTE format('GRANT %s ON %s TO %s', g.privilege_type, p_to, g.grantee);
  END LOOP;
END $$;

CREATE FUNCTION read.copy_table(p_from regclass, p_schema name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  source record;
  policy record;
  copy   regclass;
BEGIN
  SELECT c.relname, n.nspname, c.relrowsecurity, c.relforcerowsecurity, c.reloptions INTO source
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p_from;
  EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL)', p_schema, source.relname, p_from);
  copy := format('%I.%I', p_schema, source.relname)::regclass;
  IF source.reloptions IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s SET (%s)', copy, array_to_string(source.reloptions, ', '));
  END IF;
  IF source.relrowsecurity THEN EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', copy); END IF;
  IF source.relforcerowsecurity THEN EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', copy); END IF;
  FOR policy IN SELECT policyname, permissive, cmd, qual, with_check,
                       (SELECT string_agg(CASE role WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(role) END, ', ') FROM unnest(roles) role) AS roles
                  FROM pg_policies WHERE schemaname = source.nspname AND tablename = source.relname LOOP
    EXECUTE format('CREATE POLICY %I ON %s AS %s FOR %s TO %s %s %s', policy.policyname, copy, policy.permissive, policy.cmd, policy.roles,
                   'USING (' || policy.qual || ')', 'WITH CHECK (' || policy.with_check || ')');
  END LOOP;
  PERFORM read.copy_grants(p_from, copy);
END $$;

-- The runner's own tables of a generation that is not the one that readers see.
CREATE FUNCTION read.add_runner_tables(p_schema name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['checkpoints', 'parked', 'batch_attempts', 'event_attempts'] LOOP
    IF to_regclass(format('%I.%I', p_schema, own)) IS NULL THEN
      PERFORM read.copy_table(format('read.%I', own)::regclass, p_schema);
    END IF;
  END LOOP;
END $$;

-- From the end of this transaction readers see this generation's table, under the rights and the branch of who reads.
CREATE FUNCTION read.show(p_schema name, p_table name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE VIEW read.%I WITH (security_invoker = true) AS SELECT * FROM %I.%I', p_table, p_schema, p_table);
  PERFORM read.copy_grants(format('%I.%I', p_schema, p_table)::regclass, format('read.%I', p_table)::regclass);
END $$;

CREATE FUNCTION read.schema_of(p_model text, p_generation int) RETURNS name LANGUAGE sql IMMUTABLE RETURN
  'read_' || lower(regexp_replace(p_model, '([A-Z])', '_\\1', 'g')) || '_' || p_generation;

CREATE FUNCTION read.make_schema(p_schema name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE SCHEMA %I', p_schema);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO rapport_projector, rapport_reader', p_schema);
END $$;

-- Tables that a migration made in schema read become the first generation of their model; nothing is copied.
CREATE FUNCTION read.adopt(p_model text, p_version int, p_tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own  text;
  home name := read.schema_of(p_model, 1);
BEGIN
  PERFORM read.make_schema(home);
  FOREACH own IN ARRAY p_tables LOOP
    EXECUTE format('ALTER TABLE read.%I SET SCHEMA %I', own, home);
    PERFORM read.show(home, own);
  END LOOP;
  INSERT INTO read.generations (model, generation, version, schema_name, state) VALUES (p_model, 1, p_version, home, 'active');
END $$;

-- New, empty tables like those that readers see, to be filled beside them. Answers their schema.
CREATE FUNCTION read.begin_generation(p_model text, p_version int) RETURNS name LANGUAGE plpgsql AS $$
DECLARE
  own  regclass;
  next int := (SELECT max(generation) + 1 FROM read.generations WHERE model = p_model);
  home name := read.schema_of(p_model, next);
BEGIN
  PERFORM read.make_schema(home);
  FOR own IN SELECT c.oid::regclass FROM read.tables_of(p_model) t, read.generations g, pg_class c
              WHERE g.model = p_model AND g.state = 'active' AND c.oid = to_regclass(format('%I.%I', g.schema_name, t.name)) ORDER BY t.name LOOP
    PERFORM read.copy_table(own, home);
  END LOOP;
  PERFORM read.add_runner_tables(home);
  INSERT INTO read.generations (model, generation, version, schema_name, state) VALUES (p_model, next, p_version, home, 'building');
  RETURN home;
END $$;

-- For later migrations: read.change('accounts', 'ADD COLUMN note text'). In every generation that is there, and in the view.
CREATE FUNCTION read.change(p_table name, p_change text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g record;
BEGIN
  FOR g IN SELECT schema_name, state FROM read.generations WHERE state IN ('building', 'active', 'kept')
              AND to_regclass(format('%I.%I', schema_name, p_table)) IS NOT NULL LOOP
    EXECUTE format('ALTER TABLE %I.%I %s', g.schema_name, p_table, p_change);
    IF g.state = 'active' THEN PERFORM read.show(g.schema_name, p_table); END IF;
  END LOOP;
END $$;
`;

// Of the generation that readers see.
const tablesOf = `
CREATE FUNCTION read.tables_of(p_model text) RETURNS TABLE (name name) LANGUAGE sql STABLE AS $$
  SELECT c.relname FROM read.generations g JOIN pg_class c ON c.relnamespace = to_regnamespace(g.schema_name) AND c.relkind = 'r'
   WHERE g.model = p_model AND g.state = 'active' AND c.relname <> ALL ('{checkpoints,parked,batch_attempts,event_attempts}')
   ORDER BY 1 $$;
`;

const firstGenerations = {
  clientFiles: ['client_files'],
  timeline: ['timeline'],
  tierHistory: ['tier_assertions', 'tier_overrides'],
  complaints: ['complaints'],
  followUps: ['follow_ups'],
  riskProfiles: ['risk_profiles'],
  clientContacts: ['client_contacts', 'survey_answers'],
  clientAttributes: ['client_attributes'],
  segments: ['segments', 'segment_counts'],
  requests: ['requests'],
  caseFacts: ['case_facts'],
  calendars: ['calendars'],
  handbook: ['handbook_editions', 'handbook_presets'],
  handbookReaders: ['handbook_acknowledgements', 'handbook_deliveries'],
  commitments: ['commitments'],
  accountFacts: [
    'account_links',
    'accounts',
    'account_assets',
    'account_turnover',
    'account_movements',
    'account_gaps',
    'source_days',
    'exchange_rates',
    'ended_sources',
  ],
  relationships: ['relationships'],
  tierStandings: ['tier_standings', 'tier_evaluations'],
  tierRules: ['tier_rules'],
  staffSeen: ['staff_seen'],
};

const adoptions = Object.entries(firstGenerations).map(([model, tables]) => `SELECT read.adopt('${model}', 1, '{${tables.join(',')}}');`);

/** What is known of generations, and how they are made: beside the runner's tables. */
export const generationTables: Migration = { name: 'read-models-007-generations', sql: `${ledger}${tablesOf}${functions}` };

// What concerns the whole firm is read in every scope, but in none without one. Later generations copy the policies.
const rowsOfTheFirm = `
DO $$
DECLARE own record;
BEGIN
  FOR own IN SELECT format('%I.%I', g.schema_name, t.name) AS name
               FROM read.generations g, unnest('{source_days,ended_sources}'::text[]) t(name)
              WHERE g.model = 'accountFacts' AND g.state IN ('building', 'active', 'kept')
                AND to_regclass(format('%I.%I', g.schema_name, t.name)) IS NOT NULL LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', own.name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', own.name);
    EXECUTE format('CREATE POLICY of_the_firm ON %s FOR SELECT TO rapport_api USING (nullif(current_setting(''app.branch'', true), '''') IS NOT NULL)', own.name);
    EXECUTE format('CREATE POLICY projected ON %s FOR ALL TO rapport_projector USING (true) WITH CHECK (true)', own.name);
    EXECUTE format('CREATE POLICY inspected ON %s FOR SELECT TO rapport_reader, rapport_timekeeper, rapport_bridge USING (true)', own.name);
  END LOOP;
END $$;
`;

/** Makes every table of a read model a view over its first generation. Run after all migrations that alter those tables. */
export const firstGenerationMigrations: readonly Migration[] = [
  { name: 'read-models-007-first-generations', sql: adoptions.join('\n') },
  { name: 'read-models-008-rows-of-the-firm', sql: rowsOfTheFirm },
];
