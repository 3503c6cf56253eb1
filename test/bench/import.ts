import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPool, type Database } from '#database';
import { newId, type RecordedEvent } from '#event-sourcing';
import { EventStore, LogReader } from '#event-store';
import { ClientKeys, MasterKeys, RequestHasher } from '#privacy';
import { bankMarketing } from '../../apps/ops/src/import/bank-marketing.js';
import { Importer } from '../../apps/ops/src/import/importer.js';
import { Scratch } from '../../libs/event-store/src/binary-array.js';
import { assertSame, type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { type BenchServer, everyMigration, withServer } from './bench-server.js';
import { contactAppend } from './contact-log.js';
import { backOfficeContender } from './import-back-office.js';
import { timed } from './load.js';

const FILE = 'apps/standalone/data/bank-marketing/bank-contacts.csv';
const ROWS = 11_434;
const DAY_ROWS = { quick: 400, usual: 4_000, full: 20_000 };
const BLOCK = 500;
const CALLERS = 8;

/** From a file into the log, against the fastest that PostgreSQL takes the same rows in. */
export const benchImport = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const { rounds } = settings;
    const dayRows = sizeOf(settings, DAY_ROWS);
    const folder = await mkdtemp(path.join(tmpdir(), 'rapport-bench-'));
    try {
      const master = MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
      const empty = await server.newDatabase('import_none', everyMigration);
      const first = await importInto(server, await databaseOf(server, empty), master);
      const { events } = first;
      await first.drop();
      const ceiling = createPool({ url: await databaseOf(server, empty), max: 2, applicationName: 'bench ceiling' });
      server.closeFirst(() => ceiling.end());
      const measured = await Rounds.of(
        [
          { name: 'import', unit: 'events/s', measure: () => imported(server, empty, master, events.length) },
          { name: 'append', unit: 'events/s', measure: () => appended(server, empty, events) },
          { name: 'unnest', unit: 'events/s', measure: () => inserted(ceiling, events) },
          await backOfficeContender(server, folder, master, dayRows),
        ],
        rounds,
      );
      const bytes = events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0) / events.length;
      return {
        rows: [
          measured.ratio('import: append of prepared facts, every guarantee on / INSERT ... SELECT unnest x500', 'append', 'unnest', {
            atLeast: 0.4,
          }),
          measured.ratio('import: from the file, decided, encrypted, appended / the same INSERT', 'import', 'unnest', { atLeast: 0.2 }),
          measured.absolute('import of back-office files: from the file until the day is complete', 'back office', { atLeast: 5_000 }),
        ],
        held: [
          `${server.held}; the ${events.length.toLocaleString('en-US')} events of ${ROWS.toLocaleString('en-US')} rows of the bank-marketing file, ${bytes.toFixed(0)} B of data and metadata on average`,
          `INSERT: ${BLOCK} rows a statement and a commit, a table of log.events' columns and keys, no seal, no digest, no check; two connections, so that Node.js encodes while PostgreSQL works`,
          `append of prepared facts: the stored events again, in commands of ${BLOCK}, through the store; the import: one process, from the file, into an empty database`,
          `back-office file: ${dayRows.toLocaleString('en-US')} rows of a broker's end of day with its marker, holdings and three trades an account, every account owned by a client; into the inbox and applied, as ops import does`,
        ],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  });

let databases = 0;
/** Of all tables, and no row. */
const databaseOf = (server: BenchServer, empty: string): Promise<string> => server.copyDatabase(empty, `import_${++databases}`);

interface Imported {
  seconds: number;
  events: RecordedEvent[];
  drop: () => Promise<void>;
}

async function importInto(server: BenchServer, url: string, master: MasterKeys): Promise<Imported> {
  const pool = createPool({ url, applicationName: 'bench import' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench import' });
  try {
    const importer = new Importer({ store, keys: new ClientKeys(pool, master), hasher: new RequestHasher(master) });
    const watcher = { begin: () => undefined, progress: () => undefined, refused: () => undefined };
    const options = { branchId: 'sh-01', now: new Date().toISOString() };
    let accepted = 0;
    const ms = await timed(async () => ({ rowsAccepted: accepted } = await importer.run(bankMarketing, FILE, options, watcher)));
    assertSame('rows imported', accepted, ROWS);
    const events: RecordedEvent[] = [];
    for await (const page of new LogReader(pool).pages({ after: 0, limit: 5_000 })) events.push(...page);
    return { seconds: ms / 1_000, events, drop: () => server.dropDatabase(url) };
  } finally {
    await store.close();
    await pool.end();
  }
}

async function imported(server: BenchServer, empty: string, master: MasterKeys, expected: number): Promise<number> {
  const { seconds, events, drop } = await importInto(server, await databaseOf(server, empty), master);
  assertSame('events of the import', events.length, expected);
  await drop();
  return expected / seconds;
}

/** The same events again, through the store, under new ids. */
async function appended(server: BenchServer, empty: string, events: readonly RecordedEvent[]): Promise<number> {
  const url = await databaseOf(server, empty);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench import' });
  let next = 0;
  const append = async (): Promise<void> => {
    for (let from = next; from < events.length; from = next) {
      next += BLOCK;
      const block = events.slice(from, from + BLOCK).map((event) => ({ ...event, eventId: newId() }));
      const { kind } = await store.append(contactAppend(block));
      assertSame('append', kind, 'accepted');
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: CALLERS }, append)));
  assertSame('events appended', (await store.head()).position, events.length);
  await store.close();
  await server.dropDatabase(url);
  return (events.length * 1_000) / ms;
}

async function inserted(database: Database, events: readonly RecordedEvent[]): Promise<number> {
  await database.query(`
    DROP TABLE IF EXISTS ceiling;
    CREATE TABLE ceiling (position bigint PRIMARY KEY, recorded_at timestamptz NOT NULL, occurred_at timestamptz NOT NULL, event_id uuid NOT NULL,
      stream_id uuid NOT NULL, key uuid NOT NULL, version int NOT NULL, partition int NOT NULL, schema_version int NOT NULL,
      stream_kind text NOT NULL, type text NOT NULL, data text NOT NULL, metadata text NOT NULL, UNIQUE (stream_id, version))`);
  let next = 0;
  const insert = async (): Promise<void> => {
    const scratch = new Scratch();
    for (let from = next; from < events.length; from = next) {
      next += BLOCK;
      const block = events.slice(from, from + BLOCK);
      scratch.reset();
      // binary parameters, as our own append has: as text they would cost Node.js more than PostgreSQL
      await database.query(
        `INSERT INTO ceiling SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::uuid[],
           $7::int[], $8::int[], $9::int[], $10::text[], $11::text[], $12::text[], $13::text[])`,
        [
          scratch.int4Array(block.map(({ position }) => position)),
          scratch.instantArray(block.map(({ recordedAt }) => recordedAt)),
          scratch.instantArray(block.map(({ occurredAt }) => occurredAt)),
          scratch.uuidArray(block.map(({ eventId }) => eventId)),
          scratch.uuidArray(block.map(({ streamId }) => streamId)),
          scratch.uuidArray(block.map(({ key }) => key)),
          scratch.int4Array(block.map(({ version }) => version)),
          scratch.int4Array(block.map(({ partition }) => partition)),
          scratch.int4Array(block.map(({ schemaVersion }) => schemaVersion)),
          scratch.textArray(block.map(({ streamKind }) => streamKind)),
          scratch.textArray(block.map(({ type }) => type)),
          scratch.textArray(block.map(({ data }) => data)),
          scratch.textArray(block.map(({ metadata }) => metadata)),
        ],
      );
    }
  };
  const ms = await timed(() => Promise.all([insert(), insert()]));
  const { rows } = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM ceiling');
  assertSame('events inserted', rows[0]!.count, events.length);
  return (events.length * 1_000) / ms;
}
