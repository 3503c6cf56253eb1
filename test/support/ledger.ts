import { createHash, randomBytes } from 'node:crypto';
import { createPool, type Database, type Migration, type Role, type Sql } from '#database';
import { eventFeedMigrations } from '#event-feed';
import { type EventDefinitions, EventRegistry, newId, type Uuid } from '#event-sourcing';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { bigint, int, pick, type Projection, projecting, readModelRunnerMigrations, type RowOf, RowTable, text, uuid } from '#projections';
import { createTestDatabase } from './postgres.js';

/** A small domain for suites that ask how events travel, not what they mean: clients with booked amounts. */
type LedgerEvent = { type: 'Booked'; data: { amount: number; fault?: string } } | { type: 'Noted'; data: { text: string } };
const ledgerEvents: EventDefinitions<LedgerEvent> = {
  Booked: { version: 2, fields: { amount: 'P1', fault: 'P0' }, upcasters: { 1: (data) => ({ ...data, amount: Number(data.cents) }) } },
  Noted: { version: 1, fields: { text: 'P0' } },
};
export const ledgerRegistry = new EventRegistry(ledgerEvents);

/** What an event's `fault` makes its projection do, for as long as the suite wants. */
export const faults = new Map<string, () => void>();

const balanceTable = new RowTable('balances', ['client'], {
  client: uuid,
  bookings: int,
  amount: bigint,
  /** Digest over the positions in the order they were applied: any repeat, loss or disorder changes it. */
  trail: text,
});
export type Balance = RowOf<typeof balanceTable>;

export const balances: Projection = {
  name: 'balances',
  version: 1,
  ...projecting([pick(ledgerEvents, 'Booked')], (db, events) =>
    balanceTable.foldInto(
      db,
      events,
      (event) => event.key,
      (row, { key, position, data }) => {
        faults.get(String(data.fault))?.();
        return {
          client: key,
          bookings: (row?.bookings ?? 0) + 1,
          amount: (row?.amount ?? 0) + data.amount,
          trail: createHash('sha256')
            .update(`${row?.trail ?? ''}${position}`)
            .digest('hex'),
        };
      },
    ),
  ),
};

/** Rows of (partition, dimension), summed on read. */
export const tallies: Projection = {
  name: 'tallies',
  version: 1,
  ...projecting([ledgerEvents], async (db, events) => {
    await db.query(
      `INSERT INTO tallies AS t SELECT partition, type, count(*) FROM unnest($1::smallint[], $2::text[]) AS e (partition, type) GROUP BY 1, 2
       ON CONFLICT (partition, type) DO UPDATE SET events = t.events + excluded.events`,
      [events.map(({ partition }) => partition), events.map(({ type }) => type)],
    );
  }),
};

const tables: Migration = {
  name: 'test-ledger',
  sql: `
    CREATE TABLE read.balances (client uuid PRIMARY KEY, bookings int NOT NULL, amount bigint NOT NULL, trail text NOT NULL);
    CREATE TABLE read.tallies (partition smallint, type text, events int NOT NULL, PRIMARY KEY (partition, type));
    GRANT SELECT, INSERT, UPDATE, DELETE ON read.balances, read.tallies TO rapport_projector;`,
};

export interface Ledger {
  url: string;
  /** The owner's. */
  owner: Database;
  relayPool: Database;
  projectorPool: Database;
  store: EventStore;
  reader: LogReader;
  /** Appends events of random clients, some of several events, and answers the log's end. */
  book(count: number, options?: { clients?: readonly Uuid[]; fault?: string; type?: string; schemaVersion?: number }): Promise<number>;
  close(): Promise<void>;
}

const adopted: Migration = {
  name: 'test-ledger-generations',
  sql: `SELECT read.adopt('balances', 1, '{balances}'), read.adopt('tallies', 1, '{tallies}')`,
};

/**
 * A database of its own with the log, the feed's and the read models' tables; with `generations`, as read models of the
 * product are: views over tables that can be rebuilt.
 */
export async function createLedger({ generations = false } = {}): Promise<Ledger> {
  const rebuildable = generations ? [adopted] : [];
  const migrations = [...eventStoreMigrations, ...eventFeedMigrations, ...readModelRunnerMigrations, tables, ...rebuildable];
  const database = await createTestDatabase(migrations);
  const ledger = await openLedger(database.url);
  return {
    ...ledger,
    close: async () => {
      await ledger.close();
      await database.drop();
    },
  };
}

export async function openLedger(url: string): Promise<Ledger> {
  const poolOf = (role: Role) => createPool({ url, role, applicationName: 'ledger', max: 8 });
  const [relayPool, projectorPool] = [poolOf('rapport_relay'), poolOf('rapport_projector')];
  const owner = createPool({ url, applicationName: 'ledger', max: 4 });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'ledger' });
  const reader = new LogReader(projectorPool);
  return {
    url,
    owner,
    relayPool,
    projectorPool,
    store,
    reader,
    book: (count, options) => book(store, count, options),
    close: async () => {
      await store.close();
      await Promise.all([owner, relayPool, projectorPool].map((pool) => pool.end()));
    },
  };
}

export const someClients: readonly Uuid[] = Array.from({ length: 60 }, newId);

async function book(
  store: EventStore,
  count: number,
  { clients = someClients, fault, type = 'Booked', schemaVersion = 2 }: Parameters<Ledger['book']>[1] = {},
): Promise<number> {
  const appends: Promise<number>[] = [];
  for (let left = count; left > 0;) {
    const key = clients[Math.floor(Math.random() * clients.length)]!;
    const size = Math.min(left, 1 + Math.floor(Math.random() * 3));
    left -= size;
    const events = Array.from({ length: size }, () => ({
      eventId: newId(),
      type,
      schemaVersion,
      occurredAt: new Date().toISOString(),
      data: JSON.stringify({ amount: Math.floor(Math.random() * 100), cents: '5', ...(fault && { fault }) }),
      metadata: JSON.stringify({ actor: { id: 's1', role: 'tester' }, branchId: 'b1', correlationId: newId() }),
    }));
    const append = store.append({
      commandId: newId(),
      requestHash: randomBytes(32).toString('hex'),
      keepOutcome: 'sevenDays',
      stream: { id: newId(), kind: 'ledger', key },
      expectedVersion: 0,
      events,
    });
    appends.push(append.then((outcome) => ('position' in outcome ? outcome.position : Promise.reject(new Error(outcome.kind)))));
  }
  return Math.max(...(await Promise.all(appends)));
}

/** Digest of all rows: equal digests, equal read models. */
export async function digestOf(sql: Sql): Promise<string> {
  const { rows } = await sql.query<{ digest: string }>(`
    SELECT md5(coalesce((SELECT string_agg(b::text, ';' ORDER BY client) FROM read.balances b), '')
      || coalesce((SELECT string_agg(t::text, ';' ORDER BY partition, type) FROM read.tallies t), '')) AS digest`);
  return rows[0]!.digest;
}

/** Digest of what the rows must be, folded from the log by a few lines that share nothing with the runner. */
export async function expectedDigest(sql: Sql, without: ReadonlySet<number> = new Set()): Promise<string> {
  const { rows } = await sql.query<{
    position: number;
    key: string;
    partition: number;
    type: string;
    data: string;
    schema_version: number;
  }>('SELECT position, key, partition, type, data, schema_version FROM log.events ORDER BY position');
  const clients = new Map<string, Balance>();
  const counts = new Map<string, number>();
  for (const { position, key, partition, type, data, schema_version } of rows) {
    counts.set(`${partition}|${type}`, (counts.get(`${partition}|${type}`) ?? 0) + 1);
    if (type !== 'Booked' || without.has(position)) continue;
    const row = clients.get(key) ?? { client: key, bookings: 0, amount: 0, trail: '' };
    const { amount, cents } = JSON.parse(data) as { amount: number; cents: string };
    clients.set(key, {
      client: key,
      bookings: row.bookings + 1,
      amount: row.amount + (schema_version === 1 ? Number(cents) : amount),
      trail: createHash('sha256').update(`${row.trail}${position}`).digest('hex'),
    });
  }
  const byClient = [...clients.values()].sort((a, b) => (a.client < b.client ? -1 : 1));
  const byPlace = [...counts]
    .map(([place, events]) => [...place.split('|'), events])
    .sort((a, b) => Number(a[0]) - Number(b[0]) || (a[1]! < b[1]! ? -1 : 1));
  const text =
    byClient.map((b) => `(${b.client},${b.bookings},${b.amount},${b.trail})`).join(';') +
    byPlace.map((row) => `(${row.join(',')})`).join(';');
  return createHash('md5').update(text).digest('hex');
}
