/** SQL that puts a table under its client's branch: it is read under that branch alone, and a session that names none sees nothing. */
export const scoped = (table: string): string => `
  ALTER TABLE read.${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE read.${table} FORCE ROW LEVEL SECURITY;
  CREATE POLICY of_the_branch ON read.${table} FOR SELECT TO rapport_api
    USING (nullif(current_setting('app.branch', true), '') IN ('*', branch_id));
  CREATE POLICY projected ON read.${table} FOR ALL TO rapport_projector USING (true) WITH CHECK (true);
  CREATE POLICY inspected ON read.${table} FOR SELECT TO rapport_reader USING (true);
  GRANT SELECT ON read.${table} TO rapport_api, rapport_reader;
  GRANT SELECT, INSERT, UPDATE, DELETE ON read.${table} TO rapport_projector;
`;

/** The same for a table of what concerns the whole firm: it is read in every scope, but in none without one. */
export const firmWide = (table: string): string => `
  ALTER TABLE read.${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE read.${table} FORCE ROW LEVEL SECURITY;
  CREATE POLICY of_the_firm ON read.${table} FOR SELECT TO rapport_api
    USING (nullif(current_setting('app.branch', true), '') IS NOT NULL);
  CREATE POLICY projected ON read.${table} FOR ALL TO rapport_projector USING (true) WITH CHECK (true);
  CREATE POLICY inspected ON read.${table} FOR SELECT TO rapport_reader USING (true);
  GRANT SELECT ON read.${table} TO rapport_api, rapport_reader;
  GRANT SELECT, INSERT, UPDATE, DELETE ON read.${table} TO rapport_projector;
`;
