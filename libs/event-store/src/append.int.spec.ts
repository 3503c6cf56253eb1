import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, startEmbeddedPostgres, UnsafeServer } from '#database';
import { newId, partitionOf, type Uuid } from '#event-sourcing';
import type pg from 'pg';
import { someAppend, someEvent } from '../../../test/support/appends.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import type { Append, Outcome, StoredOutcome } from './append.js';
import { EventStore } from './event-store.js';
import { LogReader } from './log-reader.js';
import { eventStoreMigrations } from './migrations.js';

const name = (key: string) => ({ kind: 'clientNumber', key });

describe('appending', () => {
  let database: TestDatabase;
  let store: EventStore;
  let pool: pg.Pool; // the owner's
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

  /** Offered in one turn of the event loop, so that they meet in one batch. */
  const together = (appends: Append[]): Promise<Outcome[]> => Promise.all(appends.map((append) => store.append(append)));

  it('stores every column as given, and places the event', async () => {
    const events = [
      someEvent({ data: '{"text":"证券 \u{1F4C8}"}', schemaVersion: 3 }),
      someEvent({ occurredAt: '1931-01-01T00:00:00.000Z' }),
    ];
    const append = someAppend({ events });
    append.stream.key = newId();
    const { position } = await store.head();
    expect(await store.append(append)).toEqual({
      kind: 'accepted',
      streamId: append.stream.id,
      eventCount: 2,
      position: position + 2,
      version: 2,
    });
    const { recordedAt } = await store.head();
    const { id: streamId, kind: streamKind, key } = append.stream;
    const stored = events.map((event, nth) => ({
      ...event,
      position: position + 1 + nth,
      recordedAt,
      streamId,
      streamKind,
      version: nth + 1,
      key,
      partition: partitionOf(key),
    }));
    expect(await store.load(streamId)).toEqual(stored);
    expect(await store.load(streamId, 2)).toEqual(stored.slice(1));
    expect(await new LogReader(pool).read({ after: position, limit: 10 })).toEqual(stored);
    expect(await store.streamVersion(streamId)).toBe(2);
    const { rows } = await pool.query(`SELECT recorded_at = date_trunc('milliseconds', recorded_at) AS cut FROM log.events`);
    expect(rows).not.toContainEqual({ cut: false });
  });

  it('answers a repeat as the first time, whatever happened since, and keeps no second effect', async () => {
    const first = someAppend({ events: [someEvent(), someEvent()] });
    const accepted = await store.append(first);
    await store.append(someAppend({ streamId: first.stream.id, expectedVersion: 2 }));
    const again = { ...first, stream: someAppend().stream, events: [someEvent()], expectedVersion: 7 };
    expect(await store.append(again)).toEqual({ ...accepted, kind: 'repeat' });
    expect({ kind: 'accepted', ...((await store.outcomeOf(first.commandId, first.requestHash)) as StoredOutcome) }).toEqual(accepted);
    expect(await store.load(again.stream.id)).toEqual([]);
    expect(await store.append({ ...again, requestHash: 'cd'.repeat(32) })).toEqual({ kind: 'mismatch' });
    expect(await store.outcomeOf(first.commandId, 'cd'.repeat(32))).toBe('mismatch');
    expect(await store.outcomeOf(newId(), first.requestHash)).toBeUndefined();
  });

  it('recognises a command that repeats within one batch', async () => {
    const once = someAppend({ events: [someEvent(), someEvent()] });
    const [first, repeat, other, neighbour] = await together([
      once,
      { ...once, events: [someEvent()] },
      { ...once, requestHash: 'cd'.repeat(32) },
      someAppend(),
    ]);
    expect(first).toMatchObject({ kind: 'accepted', version: 2 });
    expect(repeat).toEqual({ ...first, kind: 'repeat' });
    expect(other).toEqual({ kind: 'mismatch' });
    expect(neighbour).toMatchObject({ kind: 'accepted', version: 1 });
  });

  it('lets one of two writers win, tells the other where the stream is, and lets its id decide again', async () => {
    const { stream } = someAppend();
    const rivals = [someAppend({ stream }), someAppend({ stream, events: [someEvent(), someEvent()] })];
    const [won, lost] = await together(rivals);
    expect(won).toMatchObject({ kind: 'accepted', version: 1 });
    expect(lost).toEqual({ kind: 'conflict', stream: stream.id, version: 1 });
    expect(await store.append({ ...rivals[1]!, expectedVersion: 1 })).toMatchObject({ kind: 'accepted', version: 3 });
    expect(await store.append(someAppend({ stream, expectedVersion: 'any' }))).toMatchObject({ kind: 'accepted', version: 4 });
    expect(await store.append(someAppend({ stream, expectedVersion: 9 }))).toEqual({ kind: 'conflict', stream: stream.id, version: 4 });
  });

  it('keeps the outcome of a command that had nothing to do', async () => {
    const { stream } = someAppend();
    await store.append(someAppend({ stream }));
    const nothing = someAppend({ stream, expectedVersion: 1, events: [] });
    const { position, seal } = await store.head();
    const outcome = { streamId: stream.id, eventCount: 0, position, version: 1 };
    expect(await store.append(nothing)).toEqual({ kind: 'accepted', ...outcome });
    await store.append(someAppend({ stream, expectedVersion: 1 }));
    expect(await store.append(nothing)).toEqual({ kind: 'repeat', ...outcome });
    expect((await store.head()).position).toBe(position + 1);
    expect(seal).not.toBe((await store.head()).seal);
  });

  it('holds a guard against what is stored and against neighbours in the batch', async () => {
    const read = someAppend();
    await store.append(read);
    const guarded = (version: number) =>
      someAppend({
        guards: [
          { stream: read.stream.id, version },
          { stream: newId(), version: 0 },
        ],
      });
    expect(await store.append(guarded(1))).toMatchObject({ kind: 'accepted' });
    const [before, mover, after] = await together([guarded(1), someAppend({ stream: read.stream, expectedVersion: 1 }), guarded(1)]);
    expect(before).toMatchObject({ kind: 'accepted' });
    expect(mover).toMatchObject({ kind: 'accepted', version: 2 });
    expect(after).toEqual({ kind: 'conflict', stream: read.stream.id, version: 2 });
    const pair: [Uuid, Uuid] = [newId(), newId()];
    const swap = pair.map((streamId, at) => someAppend({ streamId, guards: [{ stream: pair[1 - at]!, version: 0 }] }));
    expect((await together(swap)).map(({ kind }) => kind)).toEqual(['accepted', 'conflict']); // each read the other: no write skew
  });

  it('gives a name to one stream alone, until its holder releases it', async () => {
    const [holder, other, third] = [newId(), newId(), newId()];
    const take = (streamId: Uuid, key: string) => someAppend({ streamId, expectedVersion: 'any', reservations: [name(key)] });
    const release = (streamId: Uuid, key: string) => someAppend({ streamId, expectedVersion: 'any', releases: [name(key)] });
    const refused = { kind: 'reserved', reservation: name('n1'), holder };
    expect(await store.append(take(holder, 'n1'))).toMatchObject({ kind: 'accepted' });
    expect(await store.append(take(holder, 'n1'))).toMatchObject({ kind: 'accepted' }); // it has it already
    expect(await store.append(take(other, 'n1'))).toEqual(refused);
    expect(await store.append(release(other, 'n1'))).toMatchObject({ kind: 'accepted' }); // not its to release
    expect(await store.append(take(other, 'n1'))).toEqual(refused);
    const batch = [take(other, 'n1'), release(holder, 'n1'), take(third, 'n1'), take(other, 'n1'), take(other, 'n2'), take(third, 'n2')];
    const outcomes = await together(batch);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['reserved', 'accepted', 'accepted', 'reserved', 'accepted', 'reserved']);
    expect(outcomes[3]).toEqual({ kind: 'reserved', reservation: name('n1'), holder: third });
    const { rows } = await pool.query('SELECT key, stream_id FROM log.reservations ORDER BY key');
    expect(rows).toEqual([
      { key: 'n1', stream_id: third },
      { key: 'n2', stream_id: other },
    ]);
  });

  it('stores nothing of a command that is refused for its last guard or name', async () => {
    await store.append(someAppend({ reservations: [name('taken')] }));
    const { position } = await store.head();
    const events = [someEvent(), someEvent()];
    const refused = someAppend({ events, reservations: [name('free'), name('taken')] });
    expect(await store.append(refused)).toMatchObject({ kind: 'reserved', reservation: name('taken') });
    expect(await store.outcomeOf(refused.commandId, refused.requestHash)).toBeUndefined();
    expect((await store.head()).position).toBe(position);
    expect(await store.append(someAppend({ reservations: [name('free')] }))).toMatchObject({ kind: 'accepted' });
  });

  it('refuses a malformed command alone, and its neighbours are stored', async () => {
    const bad: Append[] = [
      someAppend({ events: [someEvent({ data: '{"a":"\0"}' })] }),
      someAppend({ events: [someEvent({ metadata: '\ud800' })] }),
      someAppend({ reservations: [name('\udc00')] }),
      someAppend({ releases: [name('\0')] }),
      someAppend({ events: [someEvent({ occurredAt: '2025-02-30T00:00:00.000Z' })] }),
      someAppend({ events: [someEvent({ occurredAt: '2025-02-03' })] }),
      someAppend({ events: [someEvent({ schemaVersion: 2 ** 31 })] }),
      someAppend({ events: [someEvent({ eventId: 'x' })] }),
      someAppend({ commandId: newId().toUpperCase() }),
      someAppend({ requestHash: 'ab' }),
      someAppend({ expectedVersion: -1 }),
      someAppend({ guards: [{ stream: newId(), version: 0.5 }] }),
    ];
    const outcomes = await Promise.allSettled([someAppend(), ...bad, someAppend()].map((append) => store.append(append)));
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).name : outcome.value.kind))).toEqual([
      'accepted',
      ...bad.map(() => 'TypeError'),
      'accepted',
    ]);
  });

  it('lets the role of the api append by the function alone, and nobody change what is stored', async () => {
    await store.append(someAppend());
    for (const role of ['rapport_api', 'rapport_relay', 'rapport_projector', 'rapport_reader'] as const) {
      const session = createPool({ url: database.url, role, applicationName: 'spec' });
      for (const statement of [
        'DELETE FROM log.events',
        'INSERT INTO log.seals SELECT * FROM log.seals',
        'UPDATE log.clock SET one = true',
      ]) {
        await expect(session.query(statement)).rejects.toThrow(/permission denied/);
      }
      await session.end();
    }
    for (const change of ['UPDATE log.events SET type = type', 'DELETE FROM log.seals', 'TRUNCATE log.events']) {
      await expect(pool.query(change)).rejects.toThrow(/append-only/);
    }
  });

  it('forgets outcomes after seven days, those of reactions never', async () => {
    const [brief, lasting, young] = [someAppend(), someAppend({ keepOutcome: 'forever' }), someAppend()];
    const outcomes = await together([brief, lasting, young]);
    await pool.query(`UPDATE log.outcomes SET recorded_at = recorded_at - interval '169 hours' WHERE command_id = ANY ($1)`, [
      [brief.commandId, lasting.commandId],
    ]);
    expect(await store.purgeExpiredOutcomes()).toBe(1);
    expect(await store.outcomeOf(brief.commandId, brief.requestHash)).toBeUndefined();
    expect(await store.append(lasting)).toEqual({ ...outcomes[1], kind: 'repeat' });
    expect(await store.append(young)).toEqual({ ...outcomes[2], kind: 'repeat' });
  });

  it('loads long and many streams whole', async () => {
    const long = someAppend({ events: Array.from({ length: 2_300 }, () => someEvent()) });
    const others = Array.from({ length: 5 }, () => someAppend({ events: Array.from({ length: 900 }, () => someEvent()) }));
    await together([long, ...others]);
    expect((await store.load(long.stream.id)).map(({ version }) => version)).toEqual(long.events.map((_, nth) => nth + 1));
    const absent = newId();
    const loaded = await store.loadMany([...others, long].map(({ stream }) => stream.id).concat(absent));
    for (const { stream, events } of [...others, long]) {
      expect(loaded.get(stream.id)!.map(({ eventId }) => eventId)).toEqual(events.map(({ eventId }) => eventId));
    }
    expect(loaded.get(absent)).toEqual([]);
    const reader = new LogReader(pool);
    const { position } = await store.head();
    const read: number[] = [];
    for await (const page of reader.pages({ after: 0, limit: 700, upTo: position - 1 })) read.push(...page.map((event) => event.position));
    expect(read).toEqual(Array.from({ length: position - 1 }, (_, at) => at + 1));
    const { partition } = (await store.load(long.stream.id))[0]!;
    const own = await reader.read({ after: 0, limit: 10_000, partition });
    expect(new Set(own.map((event) => event.partition))).toEqual(new Set([partition]));
    expect(own.length).toBeGreaterThanOrEqual(2_300);
  });

  it('answers every one of many concurrent look-ups with what is its own, also beside one that the database refuses', async () => {
    const appends = Array.from({ length: 150 }, (_, i) => someAppend({ events: Array.from({ length: 1 + (i % 130) }, () => someEvent()) }));
    await together(appends);
    const refused = expect(store.load('no uuid')).rejects.toThrow('invalid input syntax');
    const absent = [store.load(newId()), store.outcomeOf(newId(), 'ab'.repeat(32))] as const;
    const loads = appends.flatMap(({ stream }) => [store.load(stream.id), store.load(stream.id)]);
    const outcomes = await Promise.all(appends.map(({ commandId, requestHash }) => store.outcomeOf(commandId, requestHash)));
    const ids = (await Promise.all(loads)).map((events) => events.map(({ eventId }) => eventId));
    expect(ids).toEqual(appends.flatMap(({ events }) => [events, events].map((own) => own.map(({ eventId }) => eventId))));
    expect(outcomes).toEqual(
      appends.map(({ stream, events }) => expect.objectContaining({ streamId: stream.id, eventCount: events.length })),
    );
    expect(await Promise.all(absent)).toEqual([[], undefined]);
    await refused;
  });

  it('tells listeners of this process where the log now ends', async () => {
    const ends: number[] = [];
    const stop = store.onAppended((position) => ends.push(position));
    await store.append(someAppend());
    expect(ends).toEqual([(await store.head()).position]);
    stop();
    await store.append(someAppend());
    expect(ends).toHaveLength(1);
  });

  it('refuses to open on a server that would lose what it acknowledged', async () => {
    const unsafe = await startEmbeddedPostgres({ unsafeFast: true });
    await expect(EventStore.open({ url: unsafe.url, applicationName: 'spec' })).rejects.toThrow(UnsafeServer);
    await unsafe.stop();
  });
});
