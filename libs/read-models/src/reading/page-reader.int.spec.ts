import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createPool, type Database } from '#database';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import { PageReader } from './page-reader.js';

jest.setTimeout(60_000);

const SCOPED = {
  name: 'kept for branches',
  sql: `
    CREATE TABLE public.kept (branch_id text NOT NULL);
    INSERT INTO public.kept VALUES ('sh-01'), ('sh-01'), ('bj-02');
    ALTER TABLE public.kept ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY branch ON public.kept USING (branch_id = nullif(current_setting('app.branch', true), ''));
    GRANT USAGE ON SCHEMA public TO rapport_api;
    GRANT SELECT, INSERT ON public.kept TO rapport_api;`,
};
const KEPT = { name: 'kept', text: 'SELECT branch_id FROM public.kept ORDER BY 1', values: [] };
const WRONG = { name: 'wrong', text: 'SELECT 1 / $1::int AS one', values: [0] };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: Database & { end(): Promise<void> };
let reader: PageReader;
beforeAll(async () => {
  database = await createTestDatabase([SCOPED]);
  owner = createPool({ url: database.url, max: 1, applicationName: 'owner' });
  reader = new PageReader({ url: database.url, role: 'rapport_api', applicationName: 'pages under test' });
});
afterAll(async () => {
  await Promise.all([reader.end(), owner.end()]);
  await database.drop();
});

const branches = async (scope: string): Promise<string[]> => {
  const [rows] = (await reader.read(scope, [KEPT])) as [{ branch_id: string }[]];
  return rows.map((row) => row.branch_id);
};

test('each reader sees their own branch, however many read behind one another on a connection', async () => {
  const scopes = Array.from({ length: 60 }, (_, nth) => ['sh-01', 'bj-02', 'gz-03', ''][nth % 4]!);
  const seen = await Promise.all(scopes.map(branches));
  const own: Record<string, string[]> = { 'sh-01': ['sh-01', 'sh-01'], 'bj-02': ['bj-02'] };
  expect(seen).toEqual(scopes.map((scope) => own[scope] ?? []));
});

test('a statement that fails fails its own reader, and leaves nothing of its scope behind', async () => {
  const reads = Array.from({ length: 24 }, (_, nth) => (nth % 3 === 0 ? reader.read('sh-01', [WRONG, KEPT]) : branches('bj-02')));
  const settled = await Promise.allSettled(reads);
  expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual(
    Array.from({ length: 24 }, (_, nth) => (nth % 3 === 0 ? 'error: division by zero' : ['bj-02'])),
  );
  expect(await branches('')).toEqual([]);
});

test('readers who ask again at once take turns', async () => {
  const big = { name: 'big', text: "SELECT repeat('x', 16000) AS text", values: [] };
  const [readers, reads] = [32, 60];
  let answered = 0;
  const othersBefore: number[] = [];
  const reading = async (): Promise<void> => {
    for (let nth = 0; nth < reads; nth++) {
      const asked = answered;
      await reader.read('sh-01', [big]);
      othersBefore.push(answered++ - asked);
    }
  };
  await Promise.all(Array.from({ length: readers }, reading));
  // a few others of each reader: connections of a busy machine are not served alike, and who is passed over waits for all the rest
  expect(Math.max(...othersBefore)).toBeLessThan(10 * readers);
});

test('nothing is written on this way', async () => {
  const insert = { name: 'insert', text: "INSERT INTO public.kept VALUES ('sh-01')", values: [] };
  await expect(reader.read('sh-01', [insert])).rejects.toThrow('read-only transaction');
});

test('a connection that breaks fails who waits on it; the next reader gets a new one', async () => {
  const stuck = reader.read('sh-01', [{ name: 'sleep', text: 'SELECT pg_sleep(30)', values: [] }]);
  const broken = expect(stuck).rejects.toThrow();
  const others = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pages under test' AND state = 'active'";
  for (let found = 0; found === 0;) {
    const { rowCount } = await owner.query(`SELECT pg_terminate_backend(pid) FROM (${others}) o`);
    found = rowCount ?? 0;
  }
  await broken;
  expect(await branches('bj-02')).toEqual(['bj-02']);
});

test('a server that is away is told at once, and asked again by the next reader', async () => {
  const away = new PageReader({ url: 'postgres://nobody@127.0.0.1:1/none', applicationName: 'away' });
  await expect(away.read('*', [KEPT])).rejects.toThrow('ECONNREFUSED');
  await expect(away.read('*', [KEPT])).rejects.toThrow('ECONNREFUSED');
  await away.end();
});
