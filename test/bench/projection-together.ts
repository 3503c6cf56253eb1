import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventRegistry } from '#application';
import { createPool, type Database } from '#database';
import { replayLog } from '#event-feed';
import { PARTITION_COUNT } from '#event-sourcing';
import { LogReader } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { ProjectionRunner } from '#projections';
import { assertSame, type Contender } from './bench.js';
import { type BenchServer, everyMigration } from './bench-server.js';
import { timed } from './load.js';
import { lifeOf } from './mixed-lives.js';
import { fillLog } from './mixed-log.js';

const WORKERS = 2;
/** Of what a life leaves in each group of read models, so that nothing is fast by doing nothing. */
const COUNTED = [
  'client_files',
  'timeline',
  'client_contacts',
  'requests',
  'complaints',
  'commitments',
  'account_assets',
  'tier_standings',
];

/** Every read model from nothing, over a log of whole lives, by workers of partitions of their own as `ops rebuild` has them. */
export async function togetherContender(server: BenchServer, clients: number): Promise<{ contender: Contender; events: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rapport-bench-'));
  server.closeFirst(() => rm(folder, { recursive: true }));
  const master = MasterKeys.loadOrCreate(path.join(folder, 'master-keys.json'));
  const filled = await server.newDatabase('lives', everyMigration);
  const events = await fillLog(
    filled,
    master,
    Array.from({ length: clients }, (_, nth) => lifeOf(nth)),
  );
  const digests = new Set<string>();
  let round = 0;
  const measure = async (): Promise<number> => {
    const url = await server.copyDatabase(filled, `lives_${++round}`);
    const owner = createPool({ url, max: 1, applicationName: 'bench owner' });
    const pool = createPool({ url, role: 'rapport_projector', max: 6, applicationName: 'bench projector' });
    try {
      await owner.query('VACUUM ANALYZE log.events');
      const ms = await timed(() => projectAll(pool, master, events));
      digests.add(await countsOf(owner));
      assertSame('digests of the read models', digests.size, 1);
      return (events * 1_000) / ms;
    } finally {
      await Promise.all([owner.end(), pool.end()]);
      await server.dropDatabase(url);
    }
  };
  return { contender: { name: 'all read models', unit: 'events/s', measure }, events };
}

/** Up to a position. */
export async function projectAll(pool: ReturnType<typeof createPool>, master: MasterKeys, end: number): Promise<void> {
  const reader = new LogReader(pool);
  const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(pool, master), master, firmZone: 'Asia/Shanghai' });
  const work = async (worker: number): Promise<void> => {
    const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
    const own = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition).filter((partition) => partition % WORKERS === worker);
    const upTo = new Map(own.map((partition) => [partition, end]));
    await replayLog({ reader, consumer: runner, upTo }, new AbortController().signal);
    await runner.close();
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
}

/** Rows of the read models, of which each has some, and none of which is parked. */
async function countsOf(owner: Database): Promise<string> {
  const counts: Record<string, number> = {};
  for (const table of [...COUNTED, 'parked']) {
    const { rows } = await owner.query<{ count: number }>(`SELECT count(*)::int AS count FROM read.${table}`);
    counts[table] = rows[0]!.count;
  }
  assertSame('parked', counts.parked, 0);
  const empty = COUNTED.filter((table) => counts[table] === 0);
  assertSame('read models without a row', empty, []);
  return JSON.stringify(counts);
}
