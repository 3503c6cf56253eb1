import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Feed, PostgresFeed } from '../libs/event-feed/src/index.js';
import { newId, partitionOf } from '#event-sourcing';
import { ParkedKeys, ReadModelPositions } from '#projections';
import { describeWithKafka, testTopic } from './support/kafka.js';
import { balances, createLedger, digestOf, expectedDigest, faults, type Ledger, ledgerRegistry, tallies } from './support/ledger.js';
import { reached, startProjector } from './support/projector.js';
import { kafkaFeedOf, startRelay } from './support/topic.js';

jest.setTimeout(90_000);

/** What a feed stands on beside the log, and how a member of its one group is made. */
interface Ground {
  member(): Feed;
  stop(): Promise<void>;
}

const onPostgres = (ledger: Ledger): Ground => ({
  member: () => new PostgresFeed({ pool: ledger.projectorPool, group: 'contract', reader: ledger.reader, pageSize: 200 }),
  stop: async () => {},
});

const onKafka = (ledger: Ledger): Ground => {
  const topic = testTopic('contract');
  const relay = startRelay(ledger, topic);
  return {
    member: () => kafkaFeedOf(ledger, topic, { group: `${topic}.group`, chunkSize: 50 }),
    stop: () => relay.stop(),
  };
};

describe('the PostgreSQL feed', () => contract(onPostgres));
describeWithKafka('the Kafka feed', () => contract(onKafka));

function contract(groundOn: (ledger: Ledger) => Ground) {
  let ledger: Ledger;
  let ground: Ground;
  let running: ReturnType<typeof startProjector>[] = [];
  beforeAll(async () => {
    ledger = await createLedger();
    ground = groundOn(ledger);
  });
  afterAll(async () => {
    await ground.stop();
    await ledger.close();
  });
  beforeEach(() => faults.clear());
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });
  const join = () => {
    const projector = startProjector(ledger, ground.member());
    running.push(projector);
    return projector;
  };
  const rowsAreTheFold = async (without?: ReadonlySet<number>) =>
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner, without));

  it('carries every event to the projections, once in effect, while they are appended', async () => {
    join();
    let end = 0;
    for (let round = 0; round < 5; round++) end = await ledger.book(120);
    await reached(ledger, end);
    await rowsAreTheFold();
  });

  it('goes on where it stopped', async () => {
    await join().stop();
    const end = await ledger.book(150);
    join();
    await reached(ledger, end);
    await rowsAreTheFold();
  });

  it('serves a read model that begins from nothing', async () => {
    await ledger.owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints');
    join();
    await reached(ledger, await ledger.book(10));
    await rowsAreTheFold();
  });

  it('says of idle partitions how far they are', async () => {
    const client = newId();
    join();
    const end = await ledger.book(3, { clients: [client] });
    await reached(ledger, end);
    const positions = new ReadModelPositions(ledger.projectorPool);
    const idle = (partitionOf(client) + 1) % 24;
    expect(await positions.positionOf(balances, idle)).toBeGreaterThanOrEqual(end);
  });

  it('is taken over by another member, under load, without a double or a gap', async () => {
    const first = join();
    const booked = Promise.all(Array.from({ length: 10 }, () => ledger.book(60)));
    await ledger.book(20);
    join();
    await ledger.book(20);
    await first.stop();
    running = running.filter((projector) => projector !== first);
    const end = Math.max(...(await booked), await ledger.book(20));
    await reached(ledger, end);
    await rowsAreTheFold();
  });

  it('parks a client whose event fails, and all else goes on: applied + parked = delivered', async () => {
    const client = newId();
    faults.set('poison', () => {
      throw new RangeError('cannot be folded');
    });
    join();
    await ledger.book(2, { clients: [client] });
    const poison = await ledger.book(1, { clients: [client], fault: 'poison' });
    const end = await ledger.book(100, { clients: [client, newId(), newId()] });
    await reached(ledger, end);
    const { rows } = await ledger.owner.query<{ position: number }>('SELECT position FROM log.events WHERE key = $1 AND position >= $2', [
      client,
      poison,
    ]);
    const stuck = new Set(rows.map(({ position }) => position));
    await rowsAreTheFold(stuck);
    const parked = new ParkedKeys(ledger.projectorPool, ledger.reader, ledgerRegistry, [balances, tallies]);
    expect(await parked.list()).toEqual([expect.objectContaining({ key: client, firstPosition: poison, eventCount: stuck.size })]);
    faults.clear();
    expect(await parked.retry(balances, client)).toEqual({ applied: stuck.size, parked: 0 });
    await rowsAreTheFold();
  });
}
