import { describe, expect, it, jest } from '@jest/globals';
import { createPool } from '#database';
import { someAppend, someEvent } from '../../../test/support/appends.js';
import { createTestDatabase } from '../../../test/support/postgres.js';
import { EventStore } from './event-store.js';
import { LogReader } from './log-reader.js';
import { eventStoreMigrations } from './migrations.js';

const WRITERS = 8;
const EVENTS = 20_000;

jest.setTimeout(120_000); // the machine may be busy

describe('the order of the log', () => {
  it('is gapless and visible in order: a reader at its tail misses nothing while eight writers pause before their commits', async () => {
    const database = await createTestDatabase(eventStoreMigrations);
    const pool = createPool({ url: database.url, applicationName: 'spec' });
    // between numbering and commit, where a sequence would let others overtake
    await pool.query(`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(random() * 0.003); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER pause AFTER INSERT ON log.seals DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause()`);
    const open = () => EventStore.open({ url: database.url, role: 'rapport_api', applicationName: 'spec', maxReaders: 1 });
    const writers = await Promise.all(Array.from({ length: WRITERS }, open));
    let left = EVENTS;
    const write = async (store: EventStore): Promise<void> => {
      while (left > 0) {
        const events = Array.from({ length: Math.min(left, 1 + Math.floor(Math.random() * 4)) }, () => someEvent());
        left -= events.length;
        const { kind } = await store.append(someAppend({ events }));
        if (kind !== 'accepted') throw new Error(kind);
      }
    };
    const writing = Promise.all(writers.flatMap((store) => Array.from({ length: 12 }, () => write(store))));

    const reader = new LogReader(pool);
    let last = 0;
    let lastAt = '';
    let pages = 0;
    let failure: unknown;
    writing.catch((error: unknown) => (failure = error));
    while (last < EVENTS && !failure) {
      const page = await reader.read({ after: last, limit: 250 });
      if (page.length > 0) pages++;
      for (const { position, recordedAt } of page) {
        if (position !== last + 1) throw new Error(`${position} came after ${last}`);
        if (recordedAt < lastAt) throw new Error(`time went back at ${position}`);
        last = position;
        lastAt = recordedAt;
      }
    }
    await writing;
    expect(pages).toBeGreaterThan(100); // it did read along
    expect((await writers[0]!.head()).position).toBe(EVENTS);
    await Promise.all(writers.map((store) => store.close()));
    await pool.end();
    await database.drop();
  });
});
