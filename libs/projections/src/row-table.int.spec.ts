import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPool } from '#database';
import { newId } from '#event-sourcing';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { bigint, boolean, date, text, timestamptz, uuid } from './columns.js';
import { RowSet } from './row-set.js';
import { type RowOf, RowTable } from './row-table.js';

const tasks = new RowTable('tasks', ['taskId'], {
  taskId: uuid,
  urgent: boolean.named('is_urgent'),
  state: text.of<'open' | 'done'>(),
  dueAt: timestamptz.orNull,
  askedOn: date,
  costMinor: bigint,
});
type Task = RowOf<typeof tasks>;

let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 1, applicationName: 'test' });
  await pool.query(
    'CREATE TABLE tasks (task_id uuid PRIMARY KEY, is_urgent boolean, state text, due_at timestamptz, asked_on date, cost_minor bigint)',
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const task = (more: Partial<Task> = {}): Task => ({
  taskId: newId(),
  urgent: false,
  state: 'open',
  dueAt: null,
  askedOn: '2027-01-31',
  costMinor: Number.MAX_SAFE_INTEGER,
  ...more,
});

it('a table is written and read as its columns are described', async () => {
  const [plain, urgent] = [task(), task({ urgent: true, dueAt: '2027-02-01T09:30:00.120Z', costMinor: -1 })];
  await tasks.insert(pool, [plain, urgent]);
  expect(await tasks.load(pool, [plain.taskId, urgent.taskId])).toEqual([plain, urgent]);
  const done: Task = { ...urgent, state: 'done', dueAt: null };
  const other = task();
  await tasks.upsert(pool, [done, other]);
  expect(await tasks.load(pool, [urgent.taskId, other.taskId])).toEqual([done, other]);
});

it('rows that a statement takes along are joined under the names of their columns', async () => {
  const [moved, left] = [task(), task()];
  await tasks.insert(pool, [moved, left]);
  const delays = RowSet.of({ taskId: uuid, dueAt: timestamptz });
  await delays.send(pool, [{ taskId: moved.taskId, dueAt: '2027-03-01T00:00:00.000Z' }], {
    text: `UPDATE tasks t SET due_at = d.due_at FROM ${delays.as('d')} WHERE t.task_id = d.task_id`,
  });
  expect(await tasks.load(pool, [moved.taskId, left.taskId])).toEqual([{ ...moved, dueAt: '2027-03-01T00:00:00.000Z' }, left]);
  await delays.send(pool, [], { text: 'not run at all' });
});
