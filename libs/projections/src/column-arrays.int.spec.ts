import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPool } from '#database';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import type { ColumnType } from './binary-values.js';
import { ColumnArrays } from './column-arrays.js';

let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const day = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toISOString());
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 60 })).map((any) => any.replaceAll('\0', ''));
/** Values as projections have them, and some in forms that PostgreSQL takes as well. */
const values: Record<ColumnType, fc.Arbitrary<unknown>> = {
  uuid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.uuid().map((id) => `{${id}}`),
  ),
  text,
  timestamptz: fc.oneof(day, fc.constantFrom('2026-02-28T10:00:00+08:00', '-infinity', '2026-03-01 24:00:00Z', '0900-01-01T00:00:00.000Z')),
  date: fc.oneof(
    day.map((at) => at.slice(0, 10)),
    fc.constantFrom('2024-02-29', 'infinity', '0044-03-15', '1 March 2026'),
  ),
  int: fc.oneof(fc.integer(), fc.integer().map(String)),
  bigint: fc.oneof(fc.maxSafeInteger(), fc.maxSafeInteger().map(String)),
  boolean: fc.oneof(fc.boolean(), fc.constantFrom('yes', 'off')),
};

const stored = async (type: ColumnType, parameter: unknown): Promise<unknown[]> => {
  const { rows } = await pool.query<{ stored: string }>(`SELECT unnest($1::${type}[])::text AS stored`, [parameter]);
  return rows.map((row) => row.stored);
};
const sent = (type: ColumnType, list: readonly unknown[]): Promise<unknown[]> =>
  ColumnArrays.lend((arrays) => stored(type, arrays.of(type, list)));

describe('columns of rows that are written in sets', () => {
  it.each(Object.keys(values) as ColumnType[])('hold what PostgreSQL makes of the same values written out: %s', async (type) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(values[type]), { maxLength: 20 }), async (list) => {
        expect(await sent(type, list)).toEqual(await stored(type, list));
      }),
      { numRuns: 100 },
    );
  });

  it('leave to PostgreSQL what is no value of their type, so that it is refused', async () => {
    const wrong: [ColumnType, unknown][] = [
      ['date', '2026-02-29'],
      ['date', '2026-13-01'],
      ['timestamptz', '2026-02-30T00:00:00.000Z'],
      ['timestamptz', '2026-01-01T25:00:00.000Z'],
      ['int', 2 ** 31],
      ['int', 1.5],
      ['bigint', 'many'],
      ['uuid', '01928f00-0000-7000-8000-00000000000g'],
      ['uuid', '01928f00x0000-7000-8000-000000000000'],
      ['boolean', 'perhaps'],
      ['text', 'a\0b'],
    ];
    for (const [type, value] of wrong) await expect(sent(type, [value])).rejects.toThrow();
  });

  it('hold texts of any length, one statement’s beside another’s', async () => {
    const long = ['中'.repeat(300_000), '', 'x'.repeat(900_000)];
    await ColumnArrays.lend(async (arrays) => {
      const first = arrays.of('text', ['kept']);
      const second = arrays.of('text', long);
      expect(await stored('text', second)).toEqual(long);
      expect(await stored('text', first)).toEqual(['kept']);
    });
  });
});
