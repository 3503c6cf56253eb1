import { createPool, type Database, type Migration, migrate, startEmbeddedPostgres } from '#database';
export { allMigrations as everyMigration } from '../../apps/ops/src/migrations.js';

export interface BenchServer {
  /** Of its owner; a superuser. */
  url: string;
  /** URL of a new database with these migrations. */
  newDatabase(name: string, migrations?: readonly Migration[]): Promise<string>;
  /** URL of a copy of a database that nobody is connected to. */
  copyDatabase(url: string, name: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** An owner's pool that ends with the server. */
  owner(url: string): Database;
  /** Its version and the settings that durability and memory hang on. */
  held: string;
  /** What to end before the server does; the last one first. */
  closeFirst(close: () => Promise<unknown>): void;
}

const SHOWN = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'];

/** One embedded PostgreSQL with its durable defaults, for as long as the work lasts. */
export async function withServer<T>(work: (server: BenchServer) => Promise<T>): Promise<T> {
  const postgres = await startEmbeddedPostgres({ onNotice: (sentence) => console.error(sentence) });
  const closes: (() => Promise<unknown>)[] = [];
  const owner = (url: string): Database => {
    const pool = createPool({ url, max: 2, applicationName: 'bench owner' });
    closes.push(() => pool.end());
    return pool;
  };
  try {
    const admin = owner(postgres.url);
    const { rows } = await admin.query<{ name: string; setting: string }>(
      'SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY array_position($1, name)',
      [['server_version', ...SHOWN]],
    );
    const [version, ...settings] = rows.map(({ name, setting }) => (name === 'server_version' ? setting : `${name} ${setting}`));
    const urlOf = (name: string): string => Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
    return await work({
      url: postgres.url,
      newDatabase: async (name, migrations) => {
        await admin.query(`CREATE DATABASE ${name}`);
        if (migrations) await migrate(urlOf(name), migrations);
        return urlOf(name);
      },
      copyDatabase: async (url, name) => {
        await admin.query(`CREATE DATABASE ${name} TEMPLATE ${nameOf(url)} STRATEGY file_copy`);
        return urlOf(name);
      },
      dropDatabase: async (url) => void (await admin.query(`DROP DATABASE ${nameOf(url)} WITH (FORCE)`)),
      owner,
      held: `one embedded PostgreSQL ${version} on the same cores: ${settings.join(', ')}`,
      closeFirst: (close) => void closes.push(close),
    });
  } finally {
    for (const close of closes.reverse()) await close();
    await postgres.stop();
  }
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
