import { DataSource, EntitySchema, MoreThan } from 'typeorm';
import { createPool } from '#database';
import { EventStore, eventStoreMigrations, LogReader } from '#event-store';
import { assertSame, type BenchResult, type BenchSettings, Rounds } from './bench.js';
import { withServer } from './bench-server.js';
import { fillLog, PAYLOAD } from './contact-log.js';

const EVENTS = 200_000;
const EVENTS_QUICK = 30_000;
const PAGE = 2_000;

/** The whole log in order, event by event: how fast a rebuild can read. */
export const benchReplay = ({ rounds, quick }: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const count = quick ? EVENTS_QUICK : EVENTS;
    const url = await server.newDatabase('replay', eventStoreMigrations);
    const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
    await fillLog(store, count);
    await store.close();
    await server.owner(url).query('VACUUM ANALYZE log.events');
    const pool = createPool({ url, role: 'rapport_projector', max: 2, applicationName: 'bench replay' });
    const source = await new DataSource({
      type: 'postgres',
      url,
      entities: [eventEntity],
      installExtensions: false,
      poolSize: 2,
    }).initialize();
    server.closeFirst(() => Promise.all([pool.end(), source.destroy()]));
    const events = source.getRepository(eventEntity);

    const ours = async (take: Taker): Promise<void> => {
      for await (const page of new LogReader(pool).pages({ after: 0, limit: PAGE })) for (const event of page) take(event);
    };
    const theirs = async (take: Taker): Promise<void> => {
      for (let after = 0; ;) {
        const page = await events.find({ where: { position: MoreThan(after) }, order: { position: 'ASC' }, take: PAGE });
        for (const event of page) take(event);
        if (page.length < PAGE) return;
        after = page.at(-1)!.position;
      }
    };
    const contender = (name: string, replay: typeof ours) => ({ name, unit: 'events/s', measure: () => rateOf(count, replay) });
    const measured = await Rounds.of([contender('Rapport', ours), contender('TypeORM', theirs)], rounds);
    return {
      rows: [measured.ratio('replay of the log: keyset pages of raw rows / TypeORM find', 'Rapport', 'TypeORM', { atLeast: 1.7 })],
      held: [
        `${server.held}; ${count.toLocaleString('en-US')} events of ${PAYLOAD.replace(' an event', '')}, pages of ${PAGE} by position on both sides`,
        'both answer every column, positions as numbers; TypeORM: repository.find with an EntitySchema of log.events',
      ],
    };
  });

interface Replayed {
  position: number;
  data: string;
}
type Taker = (event: Replayed) => void;

async function rateOf(count: number, replay: (take: Taker) => Promise<void>): Promise<number> {
  let [taken, last, characters] = [0, 0, 0];
  const start = performance.now();
  await replay(({ position, data }) => {
    if (position !== last + 1) throw new Error(`position ${position} follows ${last}`);
    last = position;
    characters += data.length;
    taken++;
  });
  const seconds = (performance.now() - start) / 1_000;
  assertSame('events replayed, and whether they held anything', [taken, characters > 0], [count, true]);
  return count / seconds;
}

interface EventRow extends Replayed {
  recordedAt: Date;
  occurredAt: Date;
  eventId: string;
  streamId: string;
  key: string;
  version: number;
  partition: number;
  schemaVersion: number;
  streamKind: string;
  type: string;
  metadata: string;
}

const eventEntity = new EntitySchema<EventRow>({
  name: 'event',
  schema: 'log',
  tableName: 'events',
  columns: {
    position: { type: 'bigint', primary: true, transformer: { to: (value: number) => value, from: Number } },
    recordedAt: { type: 'timestamptz', name: 'recorded_at' },
    occurredAt: { type: 'timestamptz', name: 'occurred_at' },
    eventId: { type: 'uuid', name: 'event_id' },
    streamId: { type: 'uuid', name: 'stream_id' },
    key: { type: 'uuid' },
    version: { type: 'int' },
    partition: { type: 'int' },
    schemaVersion: { type: 'int', name: 'schema_version' },
    streamKind: { type: 'text', name: 'stream_kind' },
    type: { type: 'text' },
    data: { type: 'text' },
    metadata: { type: 'text' },
  },
});
