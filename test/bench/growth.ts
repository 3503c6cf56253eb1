import { createPool } from '#database';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { type BenchResult, type BenchSettings, type Contender, Rounds, sizeOf } from './bench.js';
import { type BenchServer, withServer } from './bench-server.js';
import { fillLog, logContact, PAYLOAD } from './contact-log.js';
import { latenciesOf, timed } from './load.js';
import { percentile } from './ratios.js';

const EVENTS = { quick: 50_000, usual: 500_000, full: 1_000_000 };
const CALLERS = 64;
const APPENDS = 3_000;
const ALONE = 300;
const LOADS = 500;
const REPLAYED = 50_000;
const PAGE = 2_000;

/** What the log costs when it holds ten times as much. */
export const benchGrowth = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const { rounds } = settings;
    const events = sizeOf(settings, EVENTS);
    const large = await open(server, 'many', events);
    const small = await open(server, 'few', events / 10);
    const measured = await Rounds.of([...large, ...small], rounds);
    const growth = (what: string, name: string, flat = { from: 0.85, to: 1.15 }) =>
      measured.ratio(`growth: ${what}: at ten times the events`, `many ${name}`, `few ${name}`, flat);
    return {
      rows: [
        growth('append, 64 callers', 'append'),
        growth('append, one caller, p50', 'alone'),
        growth('load of a stream, one caller, p50', 'load'),
        growth('replay of the newest events', 'replay'),
      ],
      held: [
        `${server.held}; logs of ${events.toLocaleString('en-US')} events and of a tenth of it, filled through the store, ${PAYLOAD}; vacuumed, analysed, checkpointed`,
        `${(APPENDS + ALONE).toLocaleString('en-US')} appends a round, so that the small log stays small; flat is 0.85 to 1.15`,
      ],
    };
  });

async function open(server: BenchServer, name: string, events: number): Promise<Contender[]> {
  const url = await server.newDatabase(name, eventStoreMigrations);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench growth' });
  const pool = createPool({ url, role: 'rapport_projector', max: 2, applicationName: 'bench growth' });
  server.closeFirst(() => Promise.all([store.close(), pool.end()]));
  await fillLog(store, events);
  const owner = server.owner(url);
  await owner.query('VACUUM ANALYZE log.events, log.outcomes, log.seals');
  await owner.query('CHECKPOINT');
  const { rows } = await owner.query<{ id: string }>(
    'SELECT stream_id AS id FROM log.events WHERE version = 1 ORDER BY random() LIMIT $1',
    [LOADS],
  );
  const replay = async (): Promise<void> => {
    const { position } = await store.head();
    let count = 0;
    for await (const page of new LogReader(pool).pages({ after: position - REPLAYED / 10, limit: PAGE })) count += page.length;
    if (count !== REPLAYED / 10) throw new Error(`wrong result: ${count} events replayed`);
  };
  const load = async (nth: number): Promise<void> => {
    if ((await store.load(rows[nth % rows.length]!.id)).length === 0) throw new Error('wrong result: an empty stream');
  };
  return [
    {
      name: `${name} append`,
      unit: 'events/s',
      measure: async () => (APPENDS * 1_000) / (await timed(() => latenciesOf(CALLERS, APPENDS, () => logContact(store)))),
    },
    { name: `${name} alone`, unit: 'ms', measure: async () => percentile(await latenciesOf(1, ALONE, () => logContact(store)), 0.5) },
    { name: `${name} load`, unit: 'ms', measure: async () => percentile(await latenciesOf(1, LOADS, load), 0.5) },
    { name: `${name} replay`, unit: 'events/s', measure: async () => (REPLAYED * 100) / (await timed(replay)) },
  ];
}
