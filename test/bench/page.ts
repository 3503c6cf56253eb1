import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { eventRegistry } from '#application';
import { createPool, type Database } from '#database';
import { newId, PARTITION_COUNT, type Uuid } from '#event-sourcing';
import { carryData, ClientKeys, MasterKeys, sealData } from '#privacy';
import { ClientTimelineHandler, ClientTimelineQuery, openReadDatabase, projectionIds } from '#read-models';
import { type TimelineRow, timelineTable } from '../../libs/read-models/src/timeline/timeline.js';
import { Chance } from '../support/chance.js';
import { assertSame, type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { type BenchServer, everyMigration, withServer } from './bench-server.js';
import { latenciesOf, timed } from './load.js';
import { percentile } from './ratios.js';

const EVENTS = { quick: 50_000, usual: 200_000, full: 1_000_000 };
const A_CLIENT = 200;
const LIMIT = 50;
const READERS = 32;
const PAGES = 1_200;
const PAGES_ALONE = 400;
/** What 32 people at their desks ask for together. */
const PACED_PER_SECOND = 64;
const PACED_SECONDS = 5;
const BRANCH = 'sh-01';
/** As ReadDatabase has them unless told otherwise. */
const READ_CONNECTIONS = 8;
const OURS = 'the query';
const BARE = 'bare pg';
/** What readers see as read.timeline. */
const TABLE = `read_timeline_${projectionIds.timeline.version}.timeline`;

/** One client's timeline, a page at a time, through the query that answers the route, beside its bare statement; at so many events and at a tenth. */
export const benchPage = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const events = sizeOf(settings, EVENTS);
    const folder = await mkdtemp(path.join(tmpdir(), 'rapport-bench-'));
    try {
      const master = MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
      const [small, large] = [await open(server, 'few', events / 10, master), await open(server, 'many', events, master)];
      for (const timeline of [small, large]) await timeline.checkPlan();
      const chance = new Chance(settings.seed);
      const measured = new Rounds();
      const alone = (timeline: Timeline) => async (): Promise<number> =>
        percentile(await latenciesOf(1, PAGES_ALONE, () => timeline.read(chance)), 0.5);
      const together = (name: string, read: (chance: Chance) => Promise<void>) => ({
        name,
        unit: 'pages/s',
        measure: async (): Promise<number> => {
          let taken: number[] = [];
          const ms = await timed(async () => (taken = await latenciesOf(READERS, PAGES, () => read(chance))));
          measured.add(`${name} p99`, 'ms', percentile(taken, 0.99));
          return (PAGES * 1_000) / ms;
        },
      });
      await measured.measure(
        [
          together(OURS, large.read),
          together(BARE, large.readBare),
          { name: 'paced', unit: 'ms', measure: async () => percentile(await paced(() => large.read(chance)), 0.99) },
          { name: 'alone', unit: 'ms', measure: alone(large) },
          { name: 'alone, tenth', unit: 'ms', measure: alone(small) },
        ],
        settings.rounds,
      );
      return {
        rows: [
          measured.absolute('timeline page, one reader, p50', 'alone', { atMost: 0.8 }),
          measured.ratio('timeline page, 32 readers, each asks again at once: the query / its statement through bare pg', OURS, BARE, {
            atLeast: 0.5,
          }),
          measured.absolute('timeline page, 32 readers, each asks again at once, p99', `${OURS} p99`),
          measured.absolute('timeline page, 32 readers, each asks every half second, p99', 'paced', { atMost: 10 }),
          measured.ratio('growth: page, one reader, p50: at ten times the events', 'alone', 'alone, tenth', { from: 0.8, to: 1.2 }),
        ],
        held: [
          `${server.held}; ${events.toLocaleString('en-US')} events in read.timeline (and a tenth), ${A_CLIENT} a client, pages of ${LIMIT}, the first or a later one of a client chosen at random`,
          'the rows were put there in sets, not through the API; ClientTimelineQuery with row-level security, its checkpoint and opened fields, in one process',
          `bare pg: the same statement by its name, the same number of connections (${READ_CONNECTIONS}), role and row-level security, the branch set once a connection; no transaction, no checkpoint, rows as they come, nothing opened or shaped`,
          `${READERS} readers asking again at once keep both cores busy: that is throughput; every half second: ${PACED_PER_SECOND} pages/s by the clock, from when each was due`,
          'the plan was looked at: an index scan without a sort',
        ],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  });

/** Milliseconds of pages that are asked for by the clock, whatever became of those before. */
async function paced(read: () => Promise<void>): Promise<number[]> {
  const start = performance.now();
  const pages = Array.from({ length: PACED_PER_SECOND * PACED_SECONDS }, async (_, nth) => {
    const dueMs = start + (nth * 1_000) / PACED_PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
    await read();
    return performance.now() - dueMs;
  });
  return Promise.all(pages);
}

interface Timeline {
  /** Some page of some client. */
  read: (chance: Chance) => Promise<void>;
  /** The same by its statement alone. */
  readBare: (chance: Chance) => Promise<void>;
  checkPlan(): Promise<void>;
}

async function open(server: BenchServer, name: string, events: number, master: MasterKeys): Promise<Timeline> {
  const url = await server.newDatabase(name, everyMigration);
  const owner = server.owner(url);
  const clients = events / A_CLIENT;
  const ids = await fill(owner, clients, master);
  const pool = createPool({ url, role: 'rapport_api', max: 4, applicationName: 'bench page' });
  const reads = await openReadDatabase({ url, role: 'rapport_api', poolMax: READ_CONNECTIONS });
  const settings = { 'app.branch': BRANCH };
  const bare = createPool({ url, role: 'rapport_api', max: READ_CONNECTIONS, applicationName: 'bench bare page', settings });
  server.closeFirst(() => Promise.all([reads.close(), bare.end(), pool.end()]));
  const keys = new ClientKeys(pool, master);
  const handler = new ClientTimelineHandler(reads, keys);
  await keys.find(ids);
  const nexts = new Map<Uuid, readonly string[]>();
  return {
    async read(chance) {
      const clientId = chance.one(ids);
      const after = nexts.get(clientId);
      const page = await handler.execute(new ClientTimelineQuery(clientId, BRANCH, { limit: LIMIT, ...(after && { after }) }));
      const first = page?.items[0]?.data as { summary?: string } | undefined;
      // 200 a client are four full pages; the last one ends without a next
      if (page?.items.length !== LIMIT || first?.summary !== SUMMARY) throw new Error(`wrong result: ${page?.items.length} items`);
      if (page.next) nexts.set(clientId, page.next);
      else nexts.delete(clientId);
    },
    readBare: bareReader(bare, ids),
    async checkPlan() {
      const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT * FROM read.timeline WHERE client_id = '${ids[0]}' AND (occurred_at, position) < (now(), 1e9)
           ORDER BY occurred_at DESC, position DESC LIMIT ${LIMIT + 1}`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      if (!/Index Scan using timeline_client_id_occurred_at_position_idx/.test(plan) || /Sort/.test(plan)) throw new Error(plan);
    },
  };
}

/** What ClientTimelineQuery asks, and how it goes from page to page. */
function bareReader(pool: pg.Pool, ids: readonly Uuid[]): (chance: Chance) => Promise<void> {
  const text = (beyond: string): string =>
    `${timelineTable.select} WHERE client_id = $1 ${beyond} ORDER BY occurred_at DESC, position DESC LIMIT $2`;
  const first = { name: 'first', text: text('') };
  const later = { name: 'later', text: text('AND (occurred_at, position) < ($3::timestamptz, $4::bigint)') };
  const nexts = new Map<Uuid, readonly unknown[]>();
  return async (chance) => {
    const clientId = chance.one(ids);
    const beyond = nexts.get(clientId) ?? [];
    const { rows } = await pool.query<TimelineRow>({ ...(beyond.length === 0 ? first : later), values: [clientId, LIMIT + 1, ...beyond] });
    if (rows.length < LIMIT) throw new Error(`wrong result: ${rows.length} rows`);
    const { occurredAt, position } = rows[LIMIT - 1]!;
    if (rows.length > LIMIT) nexts.set(clientId, [occurredAt, position]);
    else nexts.delete(clientId);
  };
}

const SUMMARY = 'Wants the fee schedule of the balanced fund and a call back next week. '.repeat(3);

/** Clients with keys, and rows of their contacts with a summary under each one's key. */
async function fill(owner: Database, clients: number, master: MasterKeys): Promise<Uuid[]> {
  const ids = Array.from({ length: clients }, () => newId());
  const keys = await new ClientKeys(owner, master).ensure(ids);
  const definition = eventRegistry.definitionOf('ContactLogged');
  const bodies = ids.map((clientId) => {
    const eventId = newId();
    const startedAt = { precision: 'instant', at: '2026-03-11T01:00:00.000Z' };
    const data = { clientId, channel: 'phone', direction: 'inbound', automated: false, startedAt, summary: SUMMARY };
    return JSON.stringify(carryData(definition, sealData(definition, data, eventId, keys.get(clientId)!), eventId));
  });
  // nth event of every client, then the next: a client's rows lie apart, as they would after years
  await owner.query(
    `INSERT INTO ${TABLE} (client_id, position, branch_id, occurred_at, precision, recorded_at, event_id, stream_id, stream_kind, version,
       type, actor_id, actor_role, body)
     SELECT c.id, n * $4::int + c.ordinal, $5, timestamptz '2024-01-01' + n * interval '1 day', 'instant', now(), uuidv7(), uuidv7(), 'contact', 1,
       'ContactLogged', 's-1', 'advisor', c.body
       FROM generate_series(0, $3::int - 1) n, unnest($1::uuid[], $2::text[]) WITH ORDINALITY c(id, body, ordinal)`,
    [ids, bodies, A_CLIENT, clients, BRANCH],
  );
  await owner.query(
    `INSERT INTO read.checkpoints (projection, version, partition, position, fence)
     SELECT $2, $3, partition, $1, 1 FROM generate_series(0, $4::int - 1) partition`,
    [clients * A_CLIENT, projectionIds.timeline.name, projectionIds.timeline.version, PARTITION_COUNT],
  );
  await owner.query(`VACUUM ANALYZE ${TABLE}`);
  await owner.query('CHECKPOINT');
  const { rows } = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM read.timeline');
  assertSame('rows of the timeline', rows[0]!.count, clients * A_CLIENT);
  return ids;
}
