import { randomBytes } from 'node:crypto';
import { createPool, type Migration, migrate } from '#database';

export interface TestDatabase {
  /** Of its owner. */
  url: string;
  drop: () => Promise<void>;
}

/** The shared cluster of this test run, started before the first .int.spec.ts: durable settings, as the product asks for. */
export function testPostgres(): string {
  const url = process.env.RAPPORT_TEST_POSTGRES;
  if (!url) throw new Error('no PostgreSQL: it is started for specs named .int.spec.ts');
  return url;
}

/** A database of its own for a suite, with these migrations applied. */
export async function createTestDatabase(migrations?: readonly Migration[]): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  const location = new URL(testPostgres());
  location.pathname = `/${name}`;
  const url = location.href;
  if (migrations) await migrate(url, migrations);
  return { url, drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(statement: string): Promise<void> {
  const pool = createPool({ url: testPostgres(), max: 1, applicationName: 'rapport tests' });
  try {
    await pool.query(statement);
  } finally {
    await pool.end();
  }
}
