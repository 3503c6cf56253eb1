import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPool } from '#database';
import { EventRegistry, newId } from '#event-sourcing';
import type pg from 'pg';
import { someAppend, someEvent } from '../../../test/support/appends.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.js';
import { EventStore, type LogHead } from './event-store.js';
import { eventStoreMigrations } from './migrations.js';
import { UnreadableLog } from './readable.js';
import { type Verification, verifyLog, type VerifyOptions } from './verify.js';

jest.setTimeout(120_000); // the machine may be busy

describe('a log that somebody with all rights changed', () => {
  let database: TestDatabase;
  let store: EventStore;
  let pool: pg.Pool;
  let head: LogHead;
  const streamId = newId();
  beforeAll(async () => {
    database = await createTestDatabase(eventStoreMigrations);
    store = await EventStore.open({ url: database.url, role: 'rapport_api', applicationName: 'spec' });
    pool = createPool({ url: database.url, max: 1, applicationName: 'spec' }); // one session: a mutation and its check see each other
    for (let batch = 0; batch < 12; batch++) {
      const events = Array.from({ length: 1 + (batch % 3) }, () => someEvent({ data: '{"text":"报 \u{1F4C8}"}' }));
      const more = someAppend({ streamId, expectedVersion: 'any', events });
      await Promise.all([someAppend({ events }), more, someAppend()].map((append) => store.append(append)));
    }
    head = await store.head();
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await database.drop();
  });

  /** Mutates, verifies, and takes the mutation back. */
  async function verification(mutation: string, options: VerifyOptions = {}): Promise<Verification> {
    await pool.query('BEGIN');
    try {
      await pool.query('ALTER TABLE log.events DISABLE TRIGGER ALL; ALTER TABLE log.seals DISABLE TRIGGER ALL');
      const { rowCount } = await pool.query(mutation);
      if (rowCount === 0) throw new Error(`changed nothing: ${mutation}`);
      return await verifyLog(pool, { held: head, pageSize: 7, ...options });
    } finally {
      await pool.query('ROLLBACK');
    }
  }

  const findings = async (mutation: string): Promise<string[]> => (await verification(mutation)).findings.map(({ code }) => code);

  it('is found clean when it is', async () => {
    const progress: number[] = [];
    const result = await verifyLog(pool, { held: head, pageSize: 7, onProgress: (done, total) => progress.push(done / total) });
    const { rows } = await pool.query<{ batches: number }>('SELECT count(*) - 1 AS batches FROM log.seals');
    expect(result).toEqual({
      events: head.position,
      batches: rows[0]!.batches,
      head: { position: head.position, seal: head.seal },
      findings: [],
      findingCount: 0,
    });
    expect(progress.at(-1)).toBe(1);
  });

  const columns = {
    position: 'position + 1000000',
    recorded_at: `recorded_at + interval '1 microsecond'`,
    occurred_at: `occurred_at - interval '1 day'`,
    event_id: 'gen_random_uuid()',
    stream_id: 'gen_random_uuid()',
    key: 'gen_random_uuid()',
    version: 'version + 100',
    partition: '(partition + 1) % 24',
    schema_version: 'schema_version + 1',
    stream_kind: `stream_kind || 'x'`,
    type: `'Removed'`,
    data: `data || ' '`,
    metadata: `replace(metadata, 's-1', 's-2')`,
  };
  it.each(Object.entries(columns))('is found with an edited %s, anywhere', async (column, value) => {
    for (const position of [1, 2, 5, Math.floor(head.position / 2), head.position - 1, head.position]) {
      expect(await findings(`UPDATE log.events SET ${column} = ${value} WHERE position = ${position}`)).not.toEqual([]);
    }
  });

  const withNull = (table: string, column: string, value: string, where: string) =>
    `ALTER TABLE log.${table} ALTER COLUMN ${column} DROP NOT NULL; UPDATE log.${table} SET ${column} = ${value} WHERE ${where}`;

  it.each(
    Object.keys(columns)
      .filter((column) => column !== 'position')
      .map((column) => [column, column.endsWith('_at') ? [`'infinity'`, `'-infinity'`, 'NULL'] : ['NULL']] as const),
  )('is found, and read on, where %s holds what no event has', async (column, values) => {
    for (const value of values) {
      for (const position of [1, 5, head.position]) {
        const found = await verification(withNull('events', column, value, `position = ${position}`));
        expect(found.findings).toContainEqual(expect.objectContaining({ code: 'event-unreadable', position }));
        expect(found.events).toBe(head.position);
      }
    }
  });

  it('is found where a version is lost in every event', async () => {
    const { findings: found } = await verification(withNull('events', 'version', 'NULL', 'true'), { findingsMax: 10_000 });
    expect(found.filter(({ code }) => code === 'event-unreadable')).toHaveLength(head.position);
  });

  it.each([`'290000-01-01Z'`, `'294276-12-31 23:59:59.999999Z'`, `'4713-01-01 BC'`, `'1969-12-31 23:59:59.999999Z'`])(
    'is found with an instant of %s',
    async (instant) => {
      for (const column of ['occurred_at', 'recorded_at']) {
        expect(await findings(`UPDATE log.events SET ${column} = ${instant} WHERE position = 5`)).toContain('seal-differs');
      }
      expect(await findings(`UPDATE log.seals SET recorded_at = ${instant} WHERE last_position = ${head.position}`)).not.toEqual([]);
    },
  );

  it('judges such instants as exactly as any other', async () => {
    for (const occurredAt of ['294276-12-31 23:59:59.999999Z', '4713-01-01 00:00:00Z BC']) {
      await pool.query('BEGIN');
      await pool.query('ALTER TABLE log.events DISABLE TRIGGER ALL; ALTER TABLE log.seals DISABLE TRIGGER ALL');
      await pool.query(`
        UPDATE log.events SET occurred_at = '${occurredAt}' WHERE position = ${head.position};
        UPDATE log.seals l SET seal = sha256(p.seal || (SELECT string_agg(log.event_digest(e), '' ORDER BY position) FROM log.events e
            WHERE position > p.last_position))
          FROM (SELECT * FROM log.seals WHERE last_position < ${head.position} ORDER BY 1 DESC LIMIT 1) p WHERE l.last_position = ${head.position}`);
      const { findings: found } = await verifyLog(pool);
      await pool.query('ROLLBACK');
      expect(found).toEqual([]);
    }
  });

  it('is found, and read on, where a seal holds what none has', async () => {
    const { rows } = await pool.query<{ last: number }>('SELECT last_position AS last FROM log.seals');
    for (const { last } of rows) {
      for (const [column, value] of [
        ['recorded_at', `'infinity'`],
        ['recorded_at', `'-infinity'`],
        ['recorded_at', 'NULL'],
        ['seal', 'NULL'],
        ['seal', `'\\x00'`],
      ] as const) {
        const found = await verification(withNull('seals', column, value, `last_position = ${last}`));
        expect(found.findings).toContainEqual(expect.objectContaining({ code: 'seal-unreadable', position: last }));
        expect(found.findings.map(({ code }) => code)).not.toContain('seal-differs'); // the other batches are as they were
        expect(found.events).toBe(head.position);
      }
    }
  });

  it('is found with an event or a seal at no position', async () => {
    const drop = 'ALTER TABLE log.events DROP CONSTRAINT events_pkey; ALTER TABLE log.seals DROP CONSTRAINT seals_pkey';
    for (const position of [1, 5, head.position]) {
      const lost = withNull('events', 'position', 'NULL', `position = ${position}`);
      expect(await findings(`${drop}; ${lost}`)).toEqual(expect.arrayContaining(['position-unexpected', 'position-missing']));
    }
    const lost = withNull('seals', 'last_position', 'NULL', `last_position = ${head.position}`);
    expect(await findings(`${drop}; ${lost}`)).toContain('position-unexpected');
  });

  const texts = ['stream_kind', 'type', 'data', 'metadata'];
  const alterations = Object.keys(columns).flatMap((column) => [
    ...(texts.includes(column)
      ? []
      : [['events', column, `ALTER COLUMN ${column} TYPE text USING CASE WHEN position = 5 THEN 'x' ELSE ${column}::text END`]]),
    ['events', column, `DROP COLUMN ${column} CASCADE`],
  ]);
  const sealAlterations = ['last_position', 'recorded_at', 'seal'].flatMap((column) => [
    ['seals', column, `ALTER COLUMN ${column} TYPE text USING 'x' || ${column}::text`],
    ['seals', column, `DROP COLUMN ${column} CASCADE`],
  ]);
  const wider = ['position', 'version', 'partition'].map((column) => [
    'events',
    column,
    `ALTER COLUMN ${column} TYPE numeric USING 1e30 + position`,
  ]);
  it.each([...alterations, ...sealAlterations, ...wider])('is found with another column %s.%s: %s', async (table, column, change) => {
    const prepare = 'DROP FUNCTION log.event_digest(log.events) CASCADE';
    const found = await verification(`${prepare}; ALTER TABLE log.${table} ${change}`);
    expect(found.findings[0]).toMatchObject({ code: 'column-differs', detail: expect.stringContaining(`log.${table}.${column} is`) });
  });

  it('is found with a text too long for any event', async () => {
    const { findings: found } = await verification(`UPDATE log.events SET data = repeat('x', 17 << 20) WHERE position = 5`);
    expect(found).toContainEqual(expect.objectContaining({ code: 'event-unreadable', position: 5 }));
  });

  it('is found with a deleted event, first, middle and last', async () => {
    for (let position = 1; position <= head.position; position++) {
      expect(await findings(`DELETE FROM log.events WHERE position = ${position}`)).toContain('position-missing');
    }
  });

  const others = (
    position: string,
  ) => `gen_random_uuid(), gen_random_uuid(), key, 1, partition, 1, stream_kind, type, data, metadata FROM log.events
    WHERE position = 1 AND NOT EXISTS (SELECT FROM log.events WHERE position = ${position})`;
  it.each(['0', '-7', '100000'])('is found with an inserted event at %s', async (position) => {
    const insert = `INSERT INTO log.events SELECT ${position}, recorded_at, occurred_at, ${others(position)}`;
    expect(await findings(insert)).not.toEqual([]);
  });

  it('is found with a second event at any position, where its primary key was dropped', async () => {
    for (let position = 1; position <= head.position; position++) {
      const drop = 'ALTER TABLE log.events DROP CONSTRAINT events_pkey';
      const insert = `INSERT INTO log.events SELECT position, recorded_at, occurred_at, gen_random_uuid(), gen_random_uuid(), key, 1, partition,
        schema_version, stream_kind, type, data, metadata FROM log.events WHERE position = ${position}`;
      expect(await findings(`${drop}; ${insert}`)).toContain('position-unexpected');
    }
  });

  it('is found with two events in each other’s place', async () => {
    const swap = (a: number, b: number) =>
      `UPDATE log.events e SET data = o.data, metadata = o.metadata, event_id = o.event_id, type = o.type, occurred_at = o.occurred_at,
         stream_id = o.stream_id, version = o.version + 1000, key = o.key, partition = o.partition
       FROM log.events o WHERE (e.position, o.position) IN ((${a}, ${b}), (${b}, ${a}))`;
    for (let position = 1; position < head.position; position += 3) {
      expect(await findings(swap(position, position + 1))).toContain('seal-differs');
    }
  });

  it('is found with its tail cut off, seals and all, by whoever holds an earlier head', async () => {
    const { rows } = await pool.query<{ last: number }>('SELECT last_position AS last FROM log.seals WHERE last_position > 0');
    for (const { last } of rows.filter(({ last }) => last < head.position)) {
      const cut = `DELETE FROM log.events WHERE position > ${last}; DELETE FROM log.seals WHERE last_position > ${last}`;
      expect(await findings(cut)).toEqual(['log-truncated']);
    }
    expect(await findings('TRUNCATE log.events, log.seals')).toContain('log-truncated');
  });

  it('is found with a changed, lost or added seal', async () => {
    const { rows } = await pool.query<{ last: number }>('SELECT last_position AS last FROM log.seals');
    for (const { last } of rows) {
      expect(await findings(`DELETE FROM log.seals WHERE last_position = ${last}`)).not.toEqual([]);
      expect(await findings(`UPDATE log.seals SET seal = sha256(seal) WHERE last_position = ${last}`)).not.toEqual([]);
      const later = `UPDATE log.seals SET recorded_at = recorded_at + interval '1 microsecond' WHERE last_position = ${last}`;
      expect(await findings(later)).not.toEqual([]);
    }
    const extra = `INSERT INTO log.seals SELECT last_position + 5, recorded_at, sha256(seal) FROM log.seals WHERE last_position = ${head.position}`;
    expect(await findings(extra)).not.toEqual([]);
  });

  it('is found rewritten consistently, every seal made anew, by whoever holds a head', async () => {
    const rewrite = `
      DO $$ DECLARE r record; previous bytea := sha256(''); start bigint := 0; BEGIN
        UPDATE log.events SET data = '{}' WHERE position = 4;
        FOR r IN SELECT last_position FROM log.seals WHERE last_position > 0 ORDER BY 1 LOOP
          UPDATE log.seals s SET seal = sha256(previous || (SELECT string_agg(log.event_digest(e), '' ORDER BY position) FROM log.events e
            WHERE position > start AND position <= r.last_position)) WHERE last_position = r.last_position RETURNING seal INTO previous;
          start := r.last_position;
        END LOOP;
      END $$`;
    expect(await findings(rewrite)).toEqual(['head-differs']);
    await pool.query('BEGIN');
    await pool.query(`ALTER TABLE log.events DISABLE TRIGGER ALL; ALTER TABLE log.seals DISABLE TRIGGER ALL; ${rewrite}`);
    expect((await verifyLog(pool)).findings).toEqual([]); // without a held head nobody could tell
    await pool.query('ROLLBACK');
  });

  it('is refused at the start by a build that cannot read all of it, and read on from where the last look ended', async () => {
    const current = new EventRegistry({ Noted: { version: 1, fields: { note: 'P1' } } });
    await store.checkReadable(current);
    await store.append(someAppend({ events: [someEvent({ schemaVersion: 2 })] }));
    await store.append(someAppend({ events: [someEvent({ type: 'Forgotten' })] }));
    const shapes = [
      { type: 'Forgotten', version: 1 },
      { type: 'Noted', version: 2 },
    ];
    await expect(store.checkReadable(current)).rejects.toMatchObject({ name: UnreadableLog.name, shapes });
    const upcasters = { 1: (data: Readonly<Record<string, unknown>>) => ({ ...data }) };
    const later = { Noted: { version: 2, fields: { note: 'P1' }, upcasters }, Forgotten: { version: 1, fields: {} } } as const;
    await store.checkReadable(new EventRegistry(later));
    const { rows } = await pool.query<{ position: number }>('SELECT position FROM log.types_collected');
    expect(rows).toEqual([{ position: (await store.head()).position }]);
  });
});
