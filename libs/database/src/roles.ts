import type { Migration } from './migration.js';

/**
 * One role per process, none of them owner or superuser: commands and reads, log to Kafka, read models, people who look
 * at a running system, service clocks, and the trading back office.
 */
export const roles = [
  'rapport_api',
  'rapport_relay',
  'rapport_projector',
  'rapport_reader',
  'rapport_timekeeper',
  'rapport_bridge',
] as const;
export type Role = (typeof roles)[number];

/**
 * Schemas in which a role's sessions find what their statements name without one: a projection writes to the tables of
 * whichever generation of its read model its session is opened for.
 */
export const searchPaths: Partial<Record<Role, string>> = { rapport_projector: 'read' };
const firstRoles: readonly Role[] = ['rapport_api', 'rapport_relay', 'rapport_projector', 'rapport_reader'];

// Roles belong to the whole cluster, while the lock of migrations is one database's: another database may be making the same.
const ensureRoles = (names: readonly Role[]): string => `
DO $$
DECLARE
  name     text;
  may_set  text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOREACH name IN ARRAY ARRAY[${names.map((role) => `'${role}'`).join(', ')}] LOOP
    FOR attempt IN 1..20 LOOP
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
          EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
        END IF;
        IF NOT pg_has_role(current_user, name, may_set) THEN
          EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
        EXIT;
      EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN -- the last: tuple concurrently updated
        IF attempt = 20 THEN RAISE; END IF;
        PERFORM pg_sleep(0.05);
      END;
    END LOOP;
  END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
`;

/** Run before every other migration. */
export const databaseMigrations: readonly Migration[] = [
  { name: 'database-001-roles', sql: ensureRoles(firstRoles) },
  { name: 'database-002-timekeeper', sql: ensureRoles(['rapport_timekeeper']) },
  { name: 'database-003-bridge', sql: ensureRoles(['rapport_bridge']) },
];
