import { afterAll, beforeAll, expect, it, test } from '@jest/globals';
import { createPool } from '#database';
import { eventFeedMigrations } from '#event-feed';
import { eventStoreMigrations } from '#event-store';
import { firstGenerationMigrations, readModelRunnerMigrations } from '#projections';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { laterReadModelMigrations } from './accounts/index.js';
import { readModelMigrations, readModels } from './read-models.js';

let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  const runners = [...eventStoreMigrations, ...eventFeedMigrations, ...readModelRunnerMigrations];
  database = await createTestDatabase([...runners, ...readModelMigrations, ...firstGenerationMigrations, ...laterReadModelMigrations]);
  pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const TABLES = `
  SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable
    FROM read.tables_of($1) t JOIN read.generations g ON g.model = $1 AND g.state = 'active'
    JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', g.schema_name, t.name)) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
   WHERE NOT a.attisdropped`;
const types: Record<string, string> = { timestamptz: 'timestamp with time zone', int: 'integer' };

test.each(readModels.map((model) => [model.name, model] as const))(
  '%s describes the tables that its migrations made',
  async (name, model) => {
    const { rows } = await pool.query<{ table: string; name: string; type: string; nullable: boolean }>(TABLES, [name]);
    const described = model.tables.flatMap(({ table, columns }) =>
      Object.values(columns).map((column) => ({ table, ...column, type: types[column.type] ?? column.type })),
    );
    const inOrder = (columns: typeof rows) => columns.toSorted((a, b) => (`${a.table} ${a.name}` < `${b.table} ${b.name}` ? -1 : 1));
    expect(inOrder(described)).toEqual(inOrder(rows));
  },
);

it('a table is of one model, and a model has one name', () => {
  const tables = readModels.flatMap((model) => model.tables.map(({ table }) => table));
  for (const names of [tables, readModels.map(({ name }) => name)]) expect(new Set(names).size).toBe(names.length);
});
