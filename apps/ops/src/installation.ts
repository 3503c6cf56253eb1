import { existsSync } from 'node:fs';
import { openLog } from '#application';
import { createPool, type EmbeddedPostgres, migrate, startEmbeddedPostgres } from '#database';
import { ClientKeys, MasterKeys } from '#privacy';
import { Settings } from '#telemetry';
import { Home } from './home.js';
import { allMigrations } from './migrations.js';

/** A command cannot be carried out as it was asked for: exit code 2, and the sentence is for the user. */
export class UsageError extends Error {}

/** A database with its keys, as commands of this app work on it. */
export interface Installation {
  /** The owner's. */
  url: string;
  home: Home;
  /** Ours to migrate and to project: the embedded database, whoever started it. */
  embedded: boolean;
  /** Another process runs the read models of this database. */
  served: boolean;
  master: MasterKeys;
  close(): Promise<void>;
}

/** `DATABASE_URL`, or else the embedded database of `home`: the running one, or one started for as long as this command runs. */
export async function openInstallation(home: Home, notice: (sentence: string) => void): Promise<Installation> {
  const url = configuredDatabase();
  if (url) return { url, home, embedded: false, served: true, master: await masterKeysFor(url, home), close: async () => {} };
  const running = await home.running();
  if (running) {
    const master = MasterKeys.load(home.masterKeys);
    return { url: running.databaseUrl, home, embedded: true, served: true, master, close: async () => {} };
  }
  const postgres = await startEmbedded(home, notice);
  return { url: postgres.url, home, embedded: true, served: false, master: MasterKeys.loadOrCreate(home.masterKeys), close: postgres.stop };
}

const configuredDatabase = (): string | undefined =>
  Settings.read(process.env, (settings) => (settings.has('DATABASE_URL') ? settings.databaseUrl() : undefined));

/** The embedded database of `home`, migrated. It ends with this process, also when that is killed. */
export async function startEmbedded(home: Home, notice: (sentence: string) => void): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: home.postgres, onNotice: notice });
  try {
    await migrate(postgres.url, allMigrations);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

// A made-up key file beside a database that has data keys would lock the data away, so it is only made for a new one.
async function masterKeysFor(url: string, home: Home): Promise<MasterKeys> {
  const file = process.env.MASTER_KEY_FILE ?? home.masterKeys;
  if (existsSync(file)) return MasterKeys.load(file);
  const pool = createPool({ url, max: 1, applicationName: 'rapport ops' });
  try {
    const { rows } = await pool.query<{ made: string | null }>("SELECT to_regclass('privacy.data_keys')::text AS made");
    const used = rows[0]?.made ? (await pool.query('SELECT 1 FROM privacy.data_keys LIMIT 1')).rows.length > 0 : false;
    if (used) throw new UsageError(`the data of this database is encrypted, and its key file is not at ${file}: set MASTER_KEY_FILE`);
  } finally {
    await pool.end();
  }
  return MasterKeys.loadOrCreate(file);
}

/** The store and the keys with the rights of the API, not of the owner. Refuses an unsafe server and a log it cannot read. */
export async function openStore({ url, master }: Pick<Installation, 'url' | 'master'>, applicationName: string) {
  const { store, pool, close } = await openLog({ url, role: 'rapport_api', applicationName, poolMax: 4 });
  return { store, keys: new ClientKeys(pool, master), close };
}
