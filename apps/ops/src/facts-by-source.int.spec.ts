import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPool, type Database, migrate } from '#database';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { allMigrations } from './migrations.js';

jest.setTimeout(60_000);

describe('an installation from before facts were kept by source', () => {
  let database: TestDatabase;
  let owner: Database & { end(): Promise<void> };
  beforeAll(async () => {
    const at = allMigrations.findIndex(({ name }) => name === 'read-models-008-facts-by-source');
    database = await createTestDatabase(allMigrations.slice(0, at));
    owner = createPool({ url: database.url, max: 1, applicationName: 'owner' });
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  it('has its facts of accounts filled anew from the log, under the next version', async () => {
    await owner.query(`INSERT INTO read.exchange_rates VALUES ('USD', 'CNY', '2025-01-01', 1, NULL, 1, 7)`);
    await owner.query(`INSERT INTO read.checkpoints (projection, version, partition, position, fence)
      SELECT m, 1, 3, 99, 1 FROM unnest('{accountFacts,timeline}'::text[]) m`);
    await owner.query(`SELECT read.begin_generation('accountFacts', 1)`);
    await migrate(database.url, allMigrations);
    expect((await owner.query('SELECT FROM read.exchange_rates')).rowCount).toBe(0);
    expect((await owner.query('SELECT projection FROM read.checkpoints')).rows).toEqual([{ projection: 'timeline' }]);
    expect(
      (await owner.query(`SELECT generation, version, state FROM read.generations WHERE model = 'accountFacts' ORDER BY 1`)).rows,
    ).toEqual([
      { generation: 1, version: 2, state: 'active' },
      { generation: 2, version: 1, state: 'cancelled' },
    ]);
    expect((await owner.query('SELECT count(*)::int AS tables FROM read.tables_of($1)', ['accountFacts'])).rows).toEqual([{ tables: 11 }]);
  });
});
