import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPool, migrate } from '#database';
import { MasterKeys } from '#privacy';
import { digestOf, type RebuildPlan, type RebuildResult } from '#projections';
import { projectionIds } from '#read-models';
import { aClient, aComplaint, type ApiUnderTest, BEIJING, type Caller, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import { Home } from '../home.js';
import type { Installation } from '../installation.js';
import { allMigrations } from '../migrations.js';
import { type RebuildCommandOptions, runRebuild } from './rebuild.js';

jest.setTimeout(120_000);

describe('ops rebuild', () => {
  let under: ApiUnderTest;
  let installation: Installation;
  let shanghai: Caller;
  let beijing: Caller;
  let ids: { shanghai: string; beijing: string };
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-rebuild-'));

  beforeAll(async () => {
    under = await startApiUnderTest();
    const master = MasterKeys.load(under.masterKeyFile);
    installation = { url: under.url, home: new Home(folder), embedded: false, served: true, master, close: async () => {} };
    shanghai = await under.as('branchManager', SHANGHAI);
    beijing = await under.as('branchManager', BEIJING);
    const register = async (caller: Caller): Promise<string> => {
      const { body } = await caller.post('/v1/clients', aClient());
      expect((await caller.post('/v1/complaints', aComplaint(body['id']))).status).toBe(201);
      return String(body['id']);
    };
    ids = { shanghai: await register(shanghai), beijing: await register(beijing) };
    await under.settled();
  });
  afterAll(async () => {
    await under.close();
    rmSync(folder, { recursive: true });
  });

  async function ops(model: string | undefined, options: RebuildCommandOptions = {}): Promise<{ printed: string; found: boolean }> {
    let printed = '';
    let found = false;
    await runRebuild(installation, model, options, {
      print: (text) => void (printed += `${text}\n`),
      firmZone: () => 'Asia/Shanghai',
      found: () => void (found = true),
    });
    return { printed, found };
  }
  const statuses = async (): Promise<number[]> =>
    Promise.all(
      [shanghai, beijing].flatMap((caller) =>
        [ids.shanghai, ids.beijing].map(async (id) => (await caller.get(`/v1/clients/${id}`)).status),
      ),
    );
  const schemas = async (): Promise<string[]> =>
    (await under.owner.query<{ s: string }>(`SELECT nspname AS s FROM pg_namespace WHERE nspname LIKE 'read%' ORDER BY 1`)).rows.map(
      ({ s }) => s,
    );

  it('says what it would do, and writes nothing', async () => {
    const before = await schemas();
    const { printed } = await ops('clientFiles', { dryRun: true });
    expect(printed).toContain("would fill new tables from the log's beginning");
    const [plan] = JSON.parse((await ops('clientFiles', { dryRun: true, json: true })).printed) as [RebuildPlan];
    const end = await under.eventCount();
    expect(plan).toMatchObject({
      model: 'clientFiles',
      version: 1,
      from: 0,
      livePosition: end,
      logEnd: end,
      eventsToReplay: end,
      kept: [],
    });
    expect(plan.tables).toEqual([{ table: 'client_files', rows: null, bytes: expect.any(Number) }]);
    expect(plan.tables[0]!.bytes).toBeGreaterThan(0);
    expect(await schemas()).toEqual(before);
  });

  it('rebuilds every model into the same rows, and each branch still sees its own alone', async () => {
    const seen = await statuses();
    expect(seen).toEqual([200, 404, 404, 200]);
    const before = await Promise.all(Object.values(projectionIds).map((model) => digestOf(under.owner, model)));
    const { printed, found } = await ops('all', { json: true, by: 'Lin' });
    const results = JSON.parse(printed) as RebuildResult[];
    expect(results.map(({ model, outcome }) => [model, outcome])).toEqual(results.map(({ model }) => [model, 'swapped']));
    expect(results).toHaveLength(Object.keys(projectionIds).length);
    expect(found).toBe(false);
    expect(await Promise.all(Object.values(projectionIds).map((model) => digestOf(under.owner, model)))).toEqual(before);
    expect(await statuses()).toEqual(seen);
    const api = createPool({ url: under.url, role: 'rapport_api', max: 1, applicationName: 'no branch named' });
    expect((await api.query('SELECT FROM read.client_files')).rowCount).toBe(0);
    await expect(api.query('SELECT FROM read_client_files_2.client_files')).rejects.toThrow('permission denied');
    await api.end();
    expect((await ops('clientFiles', { list: true })).printed).toMatch(/generation 2 .* active, begun .* by Lin, shown since/);
    const later = await shanghai.post('/v1/clients', aClient());
    await under.settled(); // the projector has simply gone on
    expect((await shanghai.get(`/v1/clients/${String(later.body['id'])}`)).status).toBe(200);
  });

  it('gives the new tables every index, right and policy of those that were', async () => {
    const { rows } = await under.owner.query<{ generation: string; all: string }>(
      `SELECT right(n.nspname, 1) AS generation, string_agg(c.relname || regexp_replace(concat_ws(' ', c.relacl, c.relrowsecurity, c.relforcerowsecurity,
           (SELECT string_agg(policyname || cmd || roles::text || coalesce(qual, '') || coalesce(with_check, ''), ';' ORDER BY policyname)
              FROM pg_policies WHERE schemaname = n.nspname AND tablename = c.relname),
           (SELECT string_agg(regexp_replace(indexdef, 'INDEX .* ON', ''), ';' ORDER BY regexp_replace(indexdef, 'INDEX .* ON', ''))
              FROM pg_indexes WHERE schemaname = n.nspname AND tablename = c.relname)), '_[12]\\.', '', 'g'), E'\\n' ORDER BY c.relname) AS all
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname ~ '^read_.*_[12]$' AND c.relname NOT IN ('checkpoints', 'parked', 'batch_attempts', 'event_attempts')
        GROUP BY 1 ORDER BY 1`,
    );
    expect(rows.map(({ generation }) => generation)).toEqual(['1', '2']);
    expect(rows[1]!.all).toEqual(rows[0]!.all);
    expect(rows[0]!.all).toContain('of_the_branch');
  });

  it('tells by exit code 4 which tables differ and by how many rows, and takes them when told why', async () => {
    await under.owner.query(`UPDATE read.complaints SET channel = 'x' WHERE client_id = $1`, [ids.shanghai]);
    const { printed, found } = await ops('complaints');
    expect(found).toBe(true);
    expect(printed).toContain('NOT the same');
    expect(printed).toContain('complaints: 2 rows before, 2 now; 1 rows only before, 1 only now');
    expect((await ops('complaints', { acceptDifferences: 'edited by hand' })).printed).toContain('projections stood still for');
    expect((await under.owner.query(`SELECT FROM read.complaints WHERE channel = 'x'`)).rowCount).toBe(0);
    expect((await ops('complaints', { back: true })).found).toBe(true); // what is kept is still wrong
    expect((await ops('complaints', { cancel: true })).printed).toContain('is given up');
    expect((await ops('complaints', { release: true })).printed).toContain('complaints: generation 1, 2 is dropped');
    expect((await ops('complaints', { release: true })).printed).toContain('nothing is kept');
  });

  it('refuses what it does not know, and names what there is', async () => {
    await expect(ops('ledgers')).rejects.toThrow(/there is no read model ledgers; the read models are clientFiles, timeline,/);
    await expect(ops('timeline', { workers: 'many' })).rejects.toThrow('--workers is a number from 1 to 24');
    await expect(ops('timeline', { back: true, cancel: true })).rejects.toThrow('exclude each other');
    await expect(ops(undefined)).rejects.toThrow('which read model?');
  });
});

describe('a database from before there were generations', () => {
  it('keeps its rows: its tables become the first generation', async () => {
    const at = allMigrations.findIndex(({ name }) => name === 'read-models-007-first-generations');
    const database = await createTestDatabase(allMigrations.slice(0, at));
    const owner = createPool({ url: database.url, max: 1, applicationName: 'test' });
    await owner.query(`INSERT INTO read.source_days SELECT 'core', date '2025-01-01' + i, i FROM generate_series(1, 20) i`);
    expect(await migrate(database.url, allMigrations.slice(0, at + 1))).toContain('read-models-007-first-generations');
    expect((await owner.query('SELECT FROM read.source_days')).rowCount).toBe(20);
    const { rows } = await owner.query<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relnamespace = 'read'::regnamespace AND relkind = 'r' ORDER BY 1`,
    );
    // any other table here would be one that no rebuild reaches: see read.adopt
    expect(rows.map(({ relname }) => relname)).toEqual(['batch_attempts', 'checkpoints', 'event_attempts', 'generations', 'parked']);
    await owner.end();
    await database.drop();
  });
});
