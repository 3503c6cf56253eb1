import { eventRegistry } from '#application';
import { createPool, type Database } from '#database';
import { PostgresFeed, type Slice } from '#event-feed';
import { newId, PARTITION_COUNT, type RecordedEvent, toLocalDate, type Uuid } from '#event-sourcing';
import { EventStore, LogReader } from '#event-store';
import { type Projection, ProjectionRunner } from '#projections';
import { projectClientContacts } from '../../libs/read-models/src/contacts/client-contacts.js';
import { Chance } from '../support/chance.js';
import { assertSame, type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { everyMigration, withServer } from './bench-server.js';
import { contactAppend, contactEvent, PAYLOAD } from './contact-log.js';
import { timed } from './load.js';
import { MIXTURE } from './mixed-lives.js';
import { togetherContender } from './projection-together.js';
import { openTypeormProjection } from './projection-typeorm.js';

const EVENTS = { quick: 20_000, usual: 60_000, full: 60_000 };
const CLIENTS = { quick: 100, usual: 700, full: 5_000 };
const PAGE = 2_000;
const ZONE = 'Asia/Shanghai';
const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** One read model, of one row a contact, folded from nothing: by our runner, by TypeORM, and by our runner from the feed; then all of them. */
export const benchProjection = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const { rounds, seed } = settings;
    const count = sizeOf(settings, EVENTS);
    const url = await server.newDatabase('projection', everyMigration);
    const owner = server.owner(url);
    await fill(url, count, seed);
    await owner.query('VACUUM ANALYZE log.events');
    const pool = createPool({ url, role: 'rapport_projector', max: 6, applicationName: 'bench projector' });
    const typeorm = await openTypeormProjection(url);
    server.closeFirst(() => Promise.all([pool.end(), typeorm.close()]));
    const reader = new LogReader(pool);
    const localDate = (at: string): string => toLocalDate(at, ZONE);
    const projections: readonly Projection[] = [{ name: 'clientContacts', version: 1, ...projectClientContacts({ localDate }) }];
    const newRunner = () => new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
    const digests = new Set<string>();
    const measure = async (project: () => Promise<unknown>): Promise<number> => {
      await owner.query('TRUNCATE read_client_contacts_1.client_contacts, read.checkpoints, read.batch_attempts, bench_checkpoint');
      const rate = (count * 1_000) / (await timed(project));
      digests.add(await digestOf(owner));
      assertSame('digests of the read model', digests.size, 1);
      return rate;
    };
    const measured = new Rounds();
    const contender = (name: string, project: () => Promise<unknown>) => ({ name, unit: 'events/s', measure: () => measure(project) });
    const feed = () => new PostgresFeed({ pool, group: newId(), reader });
    // first, while this process holds no events that its garbage collector would have to look at
    await measured.measure([contender('from the feed', () => follow(newRunner(), projections[0]!, feed(), count))], rounds);
    const together = await togetherContender(server, sizeOf(settings, CLIENTS));
    await measured.measure([together.contender], rounds);
    const pages: RecordedEvent[][] = [];
    for await (const page of reader.pages({ after: 0, limit: PAGE })) pages.push(page);
    const sides = [
      contender('Rapport', () => applyPages(newRunner(), pages)),
      contender('TypeORM', () => typeorm.project(pages, localDate)),
    ];
    await measured.measure(sides, rounds);
    return {
      rows: [
        measured.ratio('projection: fold + one statement / TypeORM find + upsert', 'Rapport', 'TypeORM', { atLeast: 3 }),
        measured.absolute('projection from the feed: read, fold, write, checkpoint', 'from the feed', { atLeast: 45_000 }),
        measured.absolute('projection of all read models together, two workers', 'all read models', { atLeast: 15_000 }),
      ],
      held: [
        `${server.held}; ${count.toLocaleString('en-US')} events (6 of 10 log a contact, 4 amend one), ${PAYLOAD}`,
        `read model client_contacts from empty, ${PAGE} events a transaction on both sides, checkpoint in the same transaction; the first row's events are in memory`,
        `all read models: ${together.events.toLocaleString('en-US')} events, ${MIXTURE}; partitions shared by two workers in one process, every row and checkpoint from nothing`,
        'TypeORM: repository.find by ids, the same fold, repository.upsert of the changed rows in one call; the rows of every round are digested and equal',
      ],
    };
  });

/** Contacts, and amendments of contacts logged before. */
async function fill(url: string, count: number, seed: number): Promise<void> {
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'bench' });
  const chance = new Chance(seed);
  const logged: { id: Uuid; key: Uuid; version: number }[] = [];
  const WAVE = 1_000;
  for (let done = 0; done < count; done += WAVE) {
    const amended = new Set(done === 0 ? [] : Array.from({ length: WAVE * 0.4 }, () => chance.one(logged)));
    const amendments = [...amended].map((contact) =>
      contactAppend([contactEvent('ContactAmended', contact.key)], {
        stream: { id: contact.id, kind: 'contact', key: contact.key },
        expectedVersion: contact.version++,
      }),
    );
    const logs = Array.from({ length: WAVE - amendments.length }, () => {
      const contact = { id: newId(), key: newId(), version: 1 };
      logged.push(contact);
      return contactAppend([contactEvent('ContactLogged', contact.key)], { stream: { id: contact.id, kind: 'contact', key: contact.key } });
    });
    const outcomes = await Promise.all([...amendments, ...logs].map((append) => store.append(append)));
    assertSame('appends', [...new Set(outcomes.map(({ kind }) => kind))], ['accepted']);
  }
  assertSame('events to project', (await store.head()).position, count);
  await store.close();
}

async function applyPages(runner: ProjectionRunner, pages: readonly RecordedEvent[][]): Promise<void> {
  await runner.checkpoints(ALL_PARTITIONS);
  const last = ALL_PARTITIONS.map(() => 0);
  for (const page of pages) await runner.consume(slicesOf(page, last));
  await runner.close();
}

function slicesOf(page: readonly RecordedEvent[], last: number[]): Slice[] {
  const watermark = page.at(-1)!.position;
  const slices = ALL_PARTITIONS.map((partition) => ({ partition, events: [] as Slice['events'][number][], watermark, lastPosition: 0 }));
  for (const event of page) {
    slices[event.partition]!.events.push({ ...event, previousPosition: last[event.partition]! });
    last[event.partition] = event.position;
  }
  return slices.map((slice) => ({ ...slice, lastPosition: last[slice.partition]! }));
}

async function follow(runner: ProjectionRunner, projection: Projection, feed: PostgresFeed, end: number): Promise<void> {
  const stopping = new AbortController();
  const reached = new Promise<void>((resolve) => {
    runner.onMoved(() => {
      if ((runner.positionOf(projection, ALL_PARTITIONS) ?? 0) >= end) resolve();
    });
  });
  const running = feed.run(runner, stopping.signal);
  await reached;
  stopping.abort();
  await running;
  await runner.close();
}

async function digestOf(owner: Database): Promise<string> {
  const { rows } = await owner.query<{ digest: string }>(
    `SELECT count(*) || ' ' || sum(hashtextextended(c::text, 0)) AS digest FROM read.client_contacts c`,
  );
  return rows[0]!.digest;
}
