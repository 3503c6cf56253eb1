import pg from 'pg';
import { type Role, searchPaths } from './roles.js';
import { rowTypes } from './row-types.js';

export type Row = Record<string, unknown>;

/**
 * A statement that each connection prepares once, under its name. It may be planned for good while its tables are empty: for
 * statements that there is but one way to run.
 */
export interface Prepared {
  name: string;
  text: string;
  values: unknown[];
}

/** What a lib needs of a database. Values are passed apart from the text, as $1, $2, ... */
export interface Sql {
  query<R extends object = Row>(text: string, values?: unknown[]): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** What can prepare statements as well: a connection, or a pool of them. */
export interface Session extends Sql {
  query<R extends object = Row>(text: string, values?: unknown[]): Promise<{ rows: R[]; rowCount: number | null }>;
  query<R extends object = Row>(statement: Prepared): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** A pool, as libs without a driver of their own see it. */
export interface Database extends Session {
  connect(): Promise<Session & { release(error?: Error | boolean): void }>;
}

export interface PoolOptions {
  url: string;
  /** The sessions' role, with that role's rights alone. Absent: the URL's user, for migrations and tests. */
  role?: Role;
  /** Connections at most; further callers wait. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Further settings of every session, e.g. `{ statement_timeout: '10s' }`. */
  settings?: Readonly<Record<string, string>>;
  /** An idle connection broke. The pool has dropped it already and opens another on demand. */
  onIdleError?: (error: Error) => void;
}

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;

/** Settings of one session, for the startup packet: sessions differ from each other by nothing that was SET later. */
export function sessionOptions(role?: Role, settings: Readonly<Record<string, string>> = {}): string {
  const searchPath = role && searchPaths[role];
  const all = {
    jit: 'off',
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    ...(role && { role }),
    ...(searchPath && { search_path: searchPath }),
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ');
}

/** Configuration of one connection: as `createPool` makes them. */
export const connectionConfig = ({ url, role, applicationName, settings }: PoolOptions): pg.ClientConfig => ({
  connectionString: url,
  application_name: applicationName,
  options: sessionOptions(role, settings),
  types: rowTypes(pg.types),
  keepAlive: true,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
});

export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(options), max: options.max ?? MAX_CONNECTIONS });
  pool.on('error', (error) => options.onIdleError?.(error)); // without a listener an idle connection's end would end the process
  pool.on('connect', (client) => client.on('error', () => undefined)); // likewise one in use: its query rejects, and says why
  return pool;
}

/** Runs `work` in one READ COMMITTED transaction: committed where it resolves, rolled back where it rejects. */
export async function transaction<T>(database: Database, work: (sql: Session) => Promise<T>): Promise<T> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
