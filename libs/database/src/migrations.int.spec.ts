import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { assertDurable, UnsafeServer } from './durability.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate, MigrationChanged } from './migrations.js';
import { createPool, transaction } from './pool.js';
import { roles } from './roles.js';
import { instantOf, safeInteger } from './row-types.js';

const first = { name: 'a-001', sql: 'CREATE TABLE a (n bigint); INSERT INTO a VALUES (1)' };
const second = { name: 'a-002', sql: 'ALTER TABLE a ADD at timestamptz' };

describe('a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('applies migrations once, in order, however many processes ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, [first, second])));
    expect(answers.flat().sort()).toEqual(['a-001', 'a-002', 'database-001-roles', 'database-002-timekeeper', 'database-003-bridge']);
    expect(await migrate(database.url, [first, second])).toEqual([]);
  });

  it('refuses a migration whose text changed after it was applied', async () => {
    await expect(migrate(database.url, [{ ...first, sql: `${first.sql};` }, second])).rejects.toThrow(MigrationChanged);
  });

  it('leaves nothing of a migration that fails, and names it', async () => {
    const broken = { name: 'b-001', sql: 'CREATE TABLE b (); SELECT 1 / 0' };
    await expect(migrate(database.url, [first, second, broken])).rejects.toThrow(/migration b-001: division by zero/);
    const pool = createPool({ url: database.url, applicationName: 'spec' });
    const { rows } = await pool.query(`SELECT to_regclass('b') AS b, (SELECT count(*) FROM rapport_migrations) AS applied`);
    expect(rows).toEqual([{ b: null, applied: 5 }]);
    await pool.end();
  });

  it('makes the roles while other databases of the cluster make them too', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase([])));
    await Promise.all(others.map((other) => other.drop()));
  });

  it.each(roles)('gives sessions of %s that role and no other right', async (role) => {
    const pool = createPool({ url: database.url, role, applicationName: 'spec' });
    const { rows } = await pool.query(
      `SELECT current_user::text AS name, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user`,
    );
    expect(rows).toEqual([{ name: role, rolsuper: false, rolbypassrls: false }]);
    await expect(pool.query('SELECT * FROM public.a')).rejects.toThrow(/permission denied/);
    await expect(pool.query('CREATE TABLE public.mine ()')).rejects.toThrow(/permission denied/);
    await pool.end();
  });

  it('rolls a transaction back where its work fails, and the connection is fit for the next', async () => {
    const pool = createPool({ url: database.url, max: 1, applicationName: 'spec' });
    const work = transaction(pool, async (sql) => {
      await sql.query('INSERT INTO a VALUES (2)');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await transaction(pool, (sql) => sql.query('SELECT n FROM a'))).toMatchObject({ rows: [{ n: 1 }] });
    await pool.end();
  });

  it('reads int8 as an exact number, times as UTC milliseconds, and dates as they are', async () => {
    const pool = createPool({ url: database.url, applicationName: 'spec' });
    const { rows } = await pool.query(
      `SELECT 9007199254740991::int8 AS n, timestamptz '2025-03-11 10:00:00.1234+08' AS at, date '2025-03-11' AS day, timestamptz '2025-03-11 00:00Z' AS even`,
    );
    expect(rows).toEqual([{ n: 9007199254740991, at: '2025-03-11T02:00:00.123Z', day: '2025-03-11', even: '2025-03-11T00:00:00.000Z' }]);
    await expect(pool.query('SELECT 9007199254740992::int8')).rejects.toThrow(RangeError);
    expect(instantOf('2025-03-11 02:00:00+00')).toBe('2025-03-11T02:00:00.000Z');
    expect(() => safeInteger('-9007199254740992')).toThrow(RangeError);
    await pool.end();
  });

  it('is refused where its commits would not survive a crash, by the values in effect', async () => {
    const pool = createPool({ url: database.url, applicationName: 'spec' });
    await expect(assertDurable(pool)).resolves.toBeUndefined();
    await pool.end();
    const careless = createPool({ url: database.url, applicationName: 'spec', settings: { synchronous_commit: 'off' } });
    await expect(assertDurable(careless)).rejects.toThrow(UnsafeServer);
    await careless.end();
    const unsafe = await startEmbeddedPostgres({ unsafeFast: true });
    const unsafePool = createPool({ url: unsafe.url, applicationName: 'spec' });
    await expect(assertDurable(unsafePool)).rejects.toThrow(/fsync, synchronous_commit, full_page_writes must be on/);
    await unsafePool.end();
    await unsafe.stop();
  });
});
