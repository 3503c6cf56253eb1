import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPool, migrate, startEmbeddedPostgres } from '#database';
import { newId, type Uuid } from '#event-sourcing';
import type pg from 'pg';
import { someAppend, someEvent } from '../../../test/support/appends.js';
import { FaultProxy } from '../../../test/support/fault-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { type Append, type Outcome, OutcomeUnknown, Overloaded } from './append.js';
import { EventStore } from './event-store.js';
import { eventStoreMigrations } from './migrations.js';
import { verifyLog } from './verify.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const several = (): Append => someAppend({ events: [someEvent(), someEvent(), someEvent()] });

/** What is stored of these commands: all of each one's events, in its outcome's place, once. */
async function expectStored(pool: pg.Pool, stored: ReadonlyMap<Append, Outcome>): Promise<void> {
  const { rows } = await pool.query<{ event_id: Uuid; position: number }>('SELECT event_id, position FROM log.events');
  const positions = new Map(rows.map((row) => [row.event_id, row.position]));
  expect(positions.size).toBe(rows.length);
  let events = 0;
  for (const [append, outcome] of stored) {
    if (outcome.kind !== 'accepted' && outcome.kind !== 'repeat') throw new Error(outcome.kind);
    const first = outcome.position - outcome.eventCount + 1;
    expect(append.events.map(({ eventId }) => positions.get(eventId))).toEqual(append.events.map((_, nth) => first + nth));
    events += outcome.eventCount;
  }
  expect(rows).toHaveLength(events); // and nothing else
  expect((await verifyLog(pool)).findings).toEqual([]);
}

jest.setTimeout(120_000); // the machine may be busy

describe('appending while things break', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase(eventStoreMigrations);
    pool = createPool({ url: database.url, applicationName: 'spec' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const open = (url = database.url, over: Partial<Parameters<typeof EventStore.open>[0]> = {}): Promise<EventStore> =>
    EventStore.open({ url, role: 'rapport_api', applicationName: 'spec append', ...over });

  async function inFreshDatabase(work: (url: string, pool: pg.Pool) => Promise<void>): Promise<void> {
    const fresh = await createTestDatabase(eventStoreMigrations);
    const own = createPool({ url: fresh.url, applicationName: 'spec' });
    try {
      await work(fresh.url, own);
    } finally {
      await own.end();
      await fresh.drop();
    }
  }

  it('loses nothing that it acknowledged when PostgreSQL is killed under load, and doubles nothing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rapport-spec-'));
    chmodSync(folder, 0o755);
    const dataDir = path.join(folder, 'data');
    let postgres = await startEmbeddedPostgres({ dataDir });
    const port = Number(new URL(postgres.url).port);
    await migrate(postgres.url, eventStoreMigrations);
    const store = await open(postgres.url, { retryForMs: 60_000 });
    const acknowledged = new Map<Append, Outcome>();
    let loading = true;
    const caller = async (): Promise<void> => {
      while (loading) {
        const append = several();
        acknowledged.set(append, await store.append(append));
      }
    };
    const callers = Promise.all(Array.from({ length: 24 }, caller));
    for (let kill = 0; kill < 4; kill++) {
      const before = acknowledged.size;
      while (acknowledged.size < before + 300) await sleep(5);
      process.kill(postgres.pid, 'SIGKILL');
      postgres = await startEmbeddedPostgres({ dataDir, port });
    }
    loading = false;
    await callers;
    const own = createPool({ url: postgres.url, applicationName: 'spec' });
    await expectStored(own, acknowledged);
    await own.end();
    await store.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stores all of a command or none of it when its session is killed inside the append, dozens of times', async () => {
    await inFreshDatabase(async (url, own) => {
      // pauses between the rows of a command, so that most kills hit in their midst
      await own.query(`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(random() * 0.004); RETURN NEW; END';
        CREATE TRIGGER pause BEFORE INSERT ON log.events FOR EACH ROW EXECUTE FUNCTION pause()`);
      const store = await open(url, { retryForMs: 60_000 });
      const acknowledged = new Map<Append, Outcome>();
      let loading = true;
      const caller = async (): Promise<void> => {
        while (loading) {
          const append = several();
          acknowledged.set(append, await store.append(append));
        }
      };
      const callers = Promise.all(Array.from({ length: 6 }, caller));
      let kills = 0;
      while (kills < 60) {
        await sleep(Math.random() * 120);
        const { rows } = await own.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
             AND query LIKE '%log.append%' AND pid <> pg_backend_pid()`,
        );
        kills += rows.length;
      }
      loading = false;
      await callers;
      expect(acknowledged.size).toBeGreaterThan(6);
      await expectStored(own, acknowledged);
      await store.close();
    });
  });

  it('lets one of several rivals win every time, and numbers each stream without a gap', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open()));
    const streams = Array.from({ length: 8 }, newId);
    for (let version = 0; version < 63; version++) {
      // 8 races of 4 writers each, at once
      await Promise.all(
        streams.map(async (streamId) => {
          const outcomes = await Promise.all(stores.map((store) => store.append(someAppend({ streamId, expectedVersion: version }))));
          const lost = { kind: 'conflict', stream: streamId, version: version + 1 };
          const losers = outcomes.filter(({ kind }) => kind !== 'accepted');
          expect(losers).toEqual([lost, lost, lost]);
        }),
      );
    }
    for (const events of (await stores[0]!.loadMany(streams)).values()) {
      expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 63 }, (_, at) => at + 1));
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  it('answers as the first time when the answer is lost after the commit, with one effect', async () => {
    await inFreshDatabase(async (url, own) => {
      const line = await FaultProxy.before(url);
      const store = await open(line.through(url), { reconnectDelayMs: 1 });
      const stored = new Map<Append, Outcome>();
      await store.append(someAppend()).then(() => own.query('TRUNCATE log.outcomes'));
      const start = (await store.head()).position;
      for (let round = 0; round < 100; round++) {
        const append = several();
        line.losing = 1;
        stored.set(append, await store.append(append));
      }
      expect(line.lost).toHaveLength(100);
      expect([...stored.values()].map(({ kind }) => kind)).toEqual(Array.from(stored, () => 'repeat'));
      expect((await store.head()).position).toBe(start + 300);
      expect((await verifyLog(own)).findings).toEqual([]);
      await store.close();
      await line.close();
    });
  });

  it('says that the outcome is unknown only where it is, and the same id tells later', async () => {
    const line = await FaultProxy.before(database.url);
    const store = await open(line.through(database.url), { retryForMs: 200, reconnectDelayMs: 10 });
    await store.append(someAppend());
    const committed = someAppend();
    line.losing = 1;
    const appending = store.append(committed).catch((error: Error) => error);
    while (line.losing > 0) await sleep(0);
    line.down = true;
    expect(await appending).toBeInstanceOf(OutcomeUnknown);
    const neverSent = someAppend();
    await expect(store.append(neverSent)).rejects.toThrow(Overloaded);
    line.down = false;
    expect(await store.append(committed)).toMatchObject({ kind: 'repeat', version: 1 });
    expect(await store.append(neverSent)).toMatchObject({ kind: 'accepted' });
    await store.close();
    await line.close();
  });

  it('refuses at once what does not fit into the queue, and stores what did', async () => {
    const store = await open(database.url, { maxQueued: 5 });
    const session = await pool.connect();
    await session.query('BEGIN; SELECT FROM log.clock FOR UPDATE');
    const underWay: Promise<Outcome>[] = [];
    for (let batch = 0; batch < 2; batch++) {
      underWay.push(store.append(someAppend()));
      await sleep(100); // so that it is not one batch with the next
    }
    const queued = Array.from({ length: 5 }, () => store.append(someAppend()));
    const refused = someAppend();
    await expect(store.append(refused)).rejects.toThrow(Overloaded);
    await session.query('COMMIT');
    session.release();
    const outcomes = await Promise.all([...underWay, ...queued]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'accepted'));
    expect(await store.streamVersion(refused.stream.id)).toBe(0);
    await store.close();
    await expect(store.append(someAppend())).rejects.toThrow(Overloaded);
  });

  it('does not let a command that the database refuses hurt its neighbours', async () => {
    await pool.query(`ALTER TABLE log.events ADD CONSTRAINT no_poison CHECK (type <> 'Poison')`);
    const store = await open();
    const poison = someAppend({ events: [someEvent(), someEvent({ type: 'Poison' })] });
    const outcomes = await Promise.allSettled([someAppend(), several(), poison, several()].map((append) => store.append(append)));
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.kind : 'rejected'))).toEqual([
      'accepted',
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(await store.load(poison.stream.id)).toEqual([]);
    await store.close();
  });
});
