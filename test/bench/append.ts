import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { createPool } from '#database';
import { newId } from '#event-sourcing';
import { EventStore, eventStoreMigrations } from '#event-store';
import { assertSame, type BenchResult, type BenchSettings, type Contender, Rounds } from './bench.js';
import { type BenchServer, withServer } from './bench-server.js';
import { bareInsert, directCall } from './append-alone.js';
import { DATA_BYTES, jsonOf, logContact, METADATA_BYTES, PAYLOAD } from './contact-log.js';
import { rateOf } from './load.js';
import { INSERT_CLIENTS, prepareInsert } from './single-row-insert.js';

const CALLERS = [64, 256];
const CALLERS_FULL = [...CALLERS, 1_024];

/** Durable appends, one event on a new stream each, side by side on one server with fsync on. */
export const benchAppend = ({ rounds, seconds, full }: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const ours = await rapport(server, full ? CALLERS_FULL : CALLERS, seconds);
    const theirs = await emmett(server, seconds);
    const inserts = await Promise.all((['simple', 'prepared'] as const).map((protocol) => pgbench(server, protocol, seconds)));
    const alone = await callers(server, seconds);
    const measured = await Rounds.of([...ours.contenders, theirs, ...inserts, ...alone], rounds);
    await ours.check();
    const rows = [
      measured.ratio('append, 64 callers: Rapport / Emmett appendToStream', 'Rapport 64', 'Emmett', { atLeast: 13, stretch: 18 }),
      measured.ratio('append, 64 callers: Rapport / pgbench single-row insert', 'Rapport 64', 'pgbench simple', { atLeast: 2.2 }),
      measured.ratio('append, 256 callers: Rapport / the same pgbench', 'Rapport 256', 'pgbench simple', { atLeast: 3.5 }),
      ...(full ? [measured.ratio('append, 1,024 callers: Rapport / the same pgbench', 'Rapport 1024', 'pgbench simple')] : []),
      measured.ratio('append, 64 callers: Rapport / pgbench, prepared', 'Rapport 64', 'pgbench prepared'),
      measured.ratio('append, 256 callers: Rapport / pgbench, prepared', 'Rapport 256', 'pgbench prepared'),
      measured.ratio('append, one caller, p50: Rapport / its function called directly', 'one caller', 'direct call', { atMost: 1.2 }),
      measured.ratio('append, one caller, p50: Rapport / a bare function without guarantees', 'one caller', 'bare function', {
        atMost: 1.3,
      }),
    ];
    const held = [
      `${server.held}; ${PAYLOAD}, one event an append, new stream each`,
      `Rapport: one pipelined connection; Emmett: its own pool (pg's default, 10), 64 callers; pgbench: ${INSERT_CLIENTS} clients, 2 threads`,
      'one caller alone and both functions beside it: one connection each, prepared statement',
    ];
    return { rows, held };
  });

async function rapport(
  server: BenchServer,
  callers: readonly number[],
  seconds: number,
): Promise<{ contenders: Contender[]; check(): Promise<void> }> {
  const url = await server.newDatabase('rapport', eventStoreMigrations);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  server.closeFirst(() => store.close());
  let accepted = 0;
  const operation = async (): Promise<void> => {
    await logContact(store);
    accepted++;
  };
  const contenders = callers.map((count) => ({
    name: `Rapport ${count}`,
    unit: 'events/s',
    measure: () => rateOf(count, seconds, operation),
  }));
  const check = async (): Promise<void> => {
    const { rows } = await server.owner(url).query<{ count: number }>('SELECT count(*)::int AS count FROM log.events');
    assertSame('events that were acknowledged are in the log', rows[0]!.count, accepted);
  };
  return { contenders, check };
}

async function emmett(server: BenchServer, seconds: number): Promise<Contender> {
  const store = getPostgreSQLEventStore(await server.newDatabase('emmett'));
  server.closeFirst(() => store.close());
  const [data, metadata] = [DATA_BYTES, METADATA_BYTES].map((bytes) => JSON.parse(jsonOf({}, bytes)) as Record<string, unknown>);
  const event = { type: 'ContactLogged' as const, data: data!, metadata: metadata! };
  const operation = (): Promise<unknown> =>
    store.appendToStream(`contact-${newId()}`, [event], { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });
  await operation(); // makes its tables
  return { name: 'Emmett', unit: 'events/s', measure: () => rateOf(64, seconds, operation) };
}

async function pgbench(server: BenchServer, protocol: 'simple' | 'prepared', seconds: number): Promise<Contender> {
  const url = await server.newDatabase(`plain_${protocol}`);
  const insert = await prepareInsert(url, jsonOf({}, DATA_BYTES), jsonOf({}, METADATA_BYTES), protocol);
  server.closeFirst(() => insert.close());
  console.error(`${protocol}: ${insert.name}`);
  return { name: `pgbench ${protocol}`, unit: 'events/s', measure: () => insert.measure(seconds) };
}

/** One caller alone: through the store, by its function directly, and by one that guarantees nothing. */
async function callers(server: BenchServer, seconds: number): Promise<Contender[]> {
  const url = await server.newDatabase('alone', eventStoreMigrations);
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  const pool = createPool({ url, max: 1, applicationName: 'bench alone' });
  server.closeFirst(() => Promise.all([store.close(), pool.end()]));
  const operations = { 'one caller': () => logContact(store), 'direct call': directCall(pool), 'bare function': await bareInsert(pool) };
  return Object.entries(operations).map(([name, operation]) => ({ name, unit: 'µs', measure: () => medianUs(seconds / 2, operation) }));
}

async function medianUs(seconds: number, operation: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    const start = performance.now();
    await operation();
    taken.push((performance.now() - start) * 1_000);
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)]!;
}
