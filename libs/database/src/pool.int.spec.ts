import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { createPool, transaction } from './pool.js';

describe('a pool', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('survives the end of a session that is in use, and heals', async () => {
    const pool = createPool({ url: database.url, max: 2, applicationName: 'test pool' });
    const ended = transaction(pool, async (sql) => {
      const { rows } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await new Promise((resolve) => setTimeout(resolve, 50)); // idle in its transaction when the line breaks
      await sql.query('SELECT 1');
    });
    await expect(ended).rejects.toThrow();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('gives numbers that are exact, and refuses those that would not be', async () => {
    const pool = createPool({ url: database.url, max: 1, applicationName: 'test pool' });
    expect((await pool.query('SELECT 9007199254740991::int8 AS n')).rows).toEqual([{ n: 9007199254740991 }]);
    await expect(pool.query('SELECT 9007199254740992::int8 AS n')).rejects.toThrow();
    await pool.end();
  });
});
