import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Migration } from './migration.js';
import { connectionConfig } from './pool.js';
import { databaseMigrations } from './roles.js';

/** The text of an applied migration is not the text that was applied. */
export class MigrationChanged extends Error {
  constructor(readonly migration: string) {
    super(`migration ${migration} was applied with another text; a change is a further migration`);
    this.name = 'MigrationChanged';
  }
}

const LOCK = 7_233_902; // any number, the same in every process
const LEDGER = `
  CREATE TABLE IF NOT EXISTS public.rapport_migrations (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

/**
 * Applies what is missing, in the order given, each in a transaction of its own, and answers the names it applied.
 * `url` is the owner's. Several processes may call it at once. Throws MigrationChanged, or the database's error
 * with the migration's name before it.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const all = [...databaseMigrations, ...migrations];
  const twice = all.find(({ name }, at) => all.findIndex((other) => other.name === name) !== at);
  if (twice) throw new Error(`two migrations are named ${twice.name}`);
  const client = new pg.Client(connectionConfig({ url, applicationName: 'rapport migrate' }));
  client.on('error', () => undefined); // the query in progress rejects and says it
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(LEDGER);
    const { rows } = await client.query<{ name: string; sha256: string }>('SELECT name, sha256 FROM public.rapport_migrations');
    const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
    for (const { name, sql } of all) {
      if (applied.has(name) && applied.get(name) !== digestOf(sql)) throw new MigrationChanged(name);
    }
    const missing = all.filter(({ name }) => !applied.has(name));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.end(); // and with the session goes the lock
  }
}

async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query('INSERT INTO public.rapport_migrations (name, sha256) VALUES ($1, $2)', [name, digestOf(sql)]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new Error(`migration ${name}: ${(error as Error).message}`, { cause: error });
  }
}

const digestOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');
