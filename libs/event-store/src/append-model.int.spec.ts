import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { newId, type Uuid } from '#event-sourcing';
import { createPool } from '#database';
import type pg from 'pg';
import { someAppend, someEvent } from '../../../test/support/appends.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import type { Append, Outcome, Reservation, StoredOutcome } from './append.js';
import { EventStore } from './event-store.js';
import { eventStoreMigrations } from './migrations.js';
import { verifyLog } from './verify.js';

/** The rules of an append, said as simply as possible: one command after the other, in memory. */
class Model {
  readonly versions = new Map<Uuid, number>();
  readonly holders = new Map<string, Uuid>();
  private readonly outcomes = new Map<Uuid, StoredOutcome & { requestHash: string }>();

  constructor(private position: number) {}

  append({ commandId, requestHash, stream, expectedVersion, events, guards, reservations, releases }: Append): Outcome {
    const known = this.outcomes.get(commandId);
    if (known) {
      const { requestHash: first, ...outcome } = known;
      return first === requestHash ? { kind: 'repeat', ...outcome } : { kind: 'mismatch' };
    }
    const version = this.versionOf(stream.id);
    if (expectedVersion !== 'any' && expectedVersion !== version) return { kind: 'conflict', stream: stream.id, version };
    const moved = guards!.find((guard) => this.versionOf(guard.stream) !== guard.version);
    if (moved) return { kind: 'conflict', stream: moved.stream, version: this.versionOf(moved.stream) };
    const taken = reservations!.find(({ key }) => (this.holders.get(key) ?? stream.id) !== stream.id);
    if (taken) return { kind: 'reserved', reservation: taken, holder: this.holders.get(taken.key)! };
    for (const { key } of releases!) if (this.holders.get(key) === stream.id) this.holders.delete(key);
    for (const { key } of reservations!) this.holders.set(key, stream.id);
    this.position += events.length;
    this.versions.set(stream.id, version + events.length);
    const outcome = { streamId: stream.id, eventCount: events.length, position: this.position, version: version + events.length };
    this.outcomes.set(commandId, { requestHash, ...outcome });
    return { kind: 'accepted', ...outcome };
  }

  versionOf(stream: Uuid): number {
    return this.versions.get(stream) ?? 0;
  }
}

// Few of everything, so that commands meet.
const [STREAMS, IDS, NAMES] = [3, 12, 3];
const nat = (below: number) => fc.nat({ max: below - 1 });
const sometimes = <T>(item: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, fc.array(item, { maxLength: 3 }));
const command = fc.record({
  id: nat(IDS),
  request: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constant(1)),
  stream: nat(STREAMS),
  /** Relative to where the stream was before its batch. */
  ahead: fc.oneof({ weight: 4, arbitrary: fc.constant('any' as const) }, { weight: 3, arbitrary: fc.constant(0) }, nat(4)),
  events: nat(4),
  guards: sometimes(fc.record({ stream: nat(STREAMS), ahead: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, nat(3)) })),
  reservations: sometimes(nat(NAMES)),
  releases: sometimes(nat(NAMES)),
});
const script = fc.array(fc.array(command, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 6 });

jest.setTimeout(120_000); // the machine may be busy

describe('appending any commands in any batches', () => {
  let database: TestDatabase;
  let store: EventStore;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase(eventStoreMigrations);
    store = await EventStore.open({ url: database.url, role: 'rapport_api', applicationName: 'spec' });
    pool = createPool({ url: database.url, applicationName: 'spec' });
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await database.drop();
  });

  it('answers and stores the same as one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (batches) => {
        const streams = Array.from({ length: STREAMS }, newId);
        const ids = Array.from({ length: IDS }, newId);
        const run = newId();
        const name = (nth: number): Reservation => ({ kind: 'name', key: `${run} ${nth}` });
        const model = new Model((await store.head()).position);
        const at = (stream: number, ahead: number): number => model.versionOf(streams[stream]!) + ahead;
        for (const batch of batches) {
          const appends = batch.map(({ id, request, stream, ahead, events, guards, reservations, releases }) =>
            someAppend({
              commandId: ids[id],
              requestHash: (request ? 'cd' : 'ab').repeat(32),
              streamId: streams[stream],
              expectedVersion: ahead === 'any' ? 'any' : at(stream, ahead),
              events: Array.from({ length: events }, () => someEvent()),
              guards: guards.map((guard) => ({ stream: streams[guard.stream]!, version: at(guard.stream, guard.ahead) })),
              reservations: reservations.map(name),
              releases: releases.map(name),
            }),
          );
          const outcomes = await Promise.all(appends.map((append) => store.append(append))); // one turn: one batch
          expect(outcomes).toEqual(appends.map((append) => model.append(append)));
        }
        for (const stream of streams) expect(await store.streamVersion(stream)).toBe(model.versionOf(stream));
        const { rows } = await pool.query<{ key: string; holder: Uuid }>(
          'SELECT key, stream_id AS holder FROM log.reservations WHERE starts_with(key, $1)',
          [run],
        );
        expect(new Map(rows.map(({ key, holder }) => [key, holder]))).toEqual(model.holders);
      }),
      { numRuns: 300 },
    );
    expect((await verifyLog(pool)).findings).toEqual([]);
  });
});
