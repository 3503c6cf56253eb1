import { createLogger, type Dependency } from '#telemetry';
import { createPool, type Database, type PoolOptions } from './pool.js';

/** Connections for figures and probes, apart from those that work: a process whose own are all taken is still seen. */
export interface OperationsDatabase {
  sql: Database;
  dependency: Dependency;
  close(this: void): Promise<void>;
}

const CONNECTIONS = 2;
const STATEMENT_TIMEOUT = '2s';
const log = createLogger('operations');

export function openOperationsDatabase(options: Pick<PoolOptions, 'url' | 'role'>): OperationsDatabase {
  const pool = createPool({
    ...options,
    applicationName: 'rapport operations',
    onIdleError: (error) => log.warn({ error: error.message }, 'a database connection broke'),
    max: CONNECTIONS,
    settings: { statement_timeout: STATEMENT_TIMEOUT },
  });
  const check = async (): Promise<void> => void (await pool.query('SELECT 1'));
  return { sql: pool, dependency: { name: 'PostgreSQL', check }, close: () => pool.end() };
}
