import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ensureTopic, type FeedRecord, Relay, WrongPartitionCount } from './index.js';
import { newId, PARTITION_COUNT } from '#event-sourcing';
import { describeWithKafka, testTopic } from '../../../test/support/kafka.js';
import { createLedger, digestOf, expectedDigest, type Ledger } from '../../../test/support/ledger.js';
import { reached, startProjector } from '../../../test/support/projector.js';
import { flakyKafka, kafkaFeedOf, recordsOf, startRelay, testKafka } from '../../../test/support/topic.js';

jest.setTimeout(120_000);

describeWithKafka('the relay', () => {
  let ledger: Ledger;
  const started: { stop(): Promise<void> }[] = [];
  const using = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  beforeAll(async () => {
    ledger = await createLedger();
  });
  afterEach(() => Promise.all(started.splice(0).map((part) => part.stop())));
  afterAll(() => ledger.close());

  it('carries every event at least once, first occurrences in order and chained, though lines break and relays are replaced', async () => {
    const topic = testTopic('faults');
    const { kafka, broken } = flakyKafka();
    let relay = startRelay(ledger, topic, kafka, 25);
    let end = 0;
    for (let round = 0; round < 6; round++) {
      end = await ledger.book(400);
      if (round % 3 !== 2) continue;
      await relay.stop(); // in the middle of what it has to carry
      relay = startRelay(ledger, topic, kafka, 25);
    }
    await until(() => relay.relay.status.position === end);
    await relay.stop();
    const records = await recordsOf(testKafka(), topic);
    expect(broken()).toBeGreaterThan(0);
    expectWholeTopic(records, end);
    const events = records.filter(({ kind }) => kind === 'event').length;
    console.info(`${events - end} duplicates of ${end} events after ${broken()} broken lines`);
  });

  it('has one leader, and a standby that goes on where the leader was saved', async () => {
    const topic = testTopic('standby');
    const first = startRelay(ledger, topic);
    const end = await ledger.book(50);
    await until(() => first.relay.status.position >= end);
    const second = using(startRelay(ledger, topic));
    expect(second.relay.status.leading).toBe(false);
    await first.stop();
    const events = async () => (await recordsOf(testKafka(), topic)).filter(({ kind }) => kind === 'event').length;
    const before = await events();
    const later = await ledger.book(50);
    await until(() => second.relay.status.position >= later);
    expectWholeTopic(await recordsOf(testKafka(), topic), later);
    expect(await events()).toBe(before + 50);
  });

  it('that is ended while the database is away leaves no failure behind that nobody awaits', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    const ending = new AbortController();
    const read: Ledger['reader']['read'] = (page) =>
      ending.signal.aborted ? Promise.reject(new Error('the database is away')) : ledger.reader.read(page);
    const relay = new Relay({ pool: ledger.relayPool, reader: { read }, kafka: testKafka(), topic: testTopic('ended') });
    const end = await ledger.book(10);
    const ended = relay.run(ending.signal);
    await until(() => relay.status.position >= end);
    ending.abort();
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.removeListener('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });

  it('that was deposed cannot save, and stands back', async () => {
    const topic = testTopic('deposed');
    const relay = using(startRelay(ledger, topic));
    await until(() => relay.relay.status.position > 0);
    await ledger.owner.query('UPDATE feed.relay_state SET epoch = epoch + 5 WHERE topic = $1', [topic]); // as a successor would
    const end = await ledger.book(5);
    await until(() => relay.relay.status.position >= end); // elected again, under a later epoch
    const { rows } = await ledger.owner.query<{ epoch: number }>('SELECT epoch FROM feed.relay_state WHERE topic = $1', [topic]);
    expect(rows[0]!.epoch).toBeGreaterThan(6);
    expectWholeTopic(await recordsOf(testKafka(), topic), end);
  });

  it('tells every partition how far it is, and is silent when there is nothing to tell', async () => {
    const topic = testTopic('watermarks');
    const relay = using(startRelay(ledger, topic));
    const end = await ledger.book(3, { clients: [newId()] });
    await until(() => relay.relay.status.position >= end);
    const toldAll = (records: FeedRecord[]) =>
      records.filter((record) => record.kind === 'watermark' && record.watermark === end).length === PARTITION_COUNT;
    await until(async () => toldAll(await recordsOf(testKafka(), topic)));
    const before = await recordsOf(testKafka(), topic);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await recordsOf(testKafka(), topic)).toHaveLength(before.length);
  });

  it('refuses a topic whose partitions are not the log’s', async () => {
    const topic = testTopic('narrow');
    const admin = testKafka().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: false });
    await until(() =>
      admin.fetchTopicMetadata({ topics: [topic] }).then(
        ({ topics }) => topics[0]!.partitions.length === 3,
        () => false,
      ),
    );
    await admin.disconnect();
    const relay = new Relay({ pool: ledger.relayPool, reader: ledger.reader, kafka: testKafka(), topic });
    await expect(relay.run(new AbortController().signal)).rejects.toBeInstanceOf(WrongPartitionCount);
  });

  describe('and a projector, when the topic is deleted under both', () => {
    it('fills a new one from the beginning, and the read models are right and go on', async () => {
      const topic = testTopic('deleted');
      await ledger.owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints');
      const relay = using(startRelay(ledger, topic));
      using(startProjector(ledger, kafkaFeedOf(ledger, topic)));
      await reached(ledger, await ledger.book(100));
      const admin = testKafka().admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
      const end = await ledger.book(100);
      await reached(ledger, end);
      await until(() => relay.relay.status.position >= end && relay.relay.status.fault === undefined);
      expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
      expectWholeTopic(await recordsOf(testKafka(), topic), end);
    });

    it('misses nothing of a topic that was made anew and grew past the reader’s old offsets', async () => {
      const topic = testTopic('recreated');
      await ledger.owner.query('TRUNCATE read.balances, read.tallies, read.checkpoints');
      const relay = startRelay(ledger, topic);
      using(startProjector(ledger, kafkaFeedOf(ledger, topic)));
      await reached(ledger, await ledger.book(30));
      await relay.stop();
      const admin = testKafka().admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      // at once, so that the reader need not notice; what is filled in now lies below its offsets too
      await until(() =>
        ensureTopic(testKafka(), topic).then(
          () => true,
          () => false,
        ),
      );
      await admin.disconnect();
      const end = await ledger.book(300);
      using(startRelay(ledger, topic));
      await reached(ledger, end);
      expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
    });
  });
});

/** Nothing missing, first occurrences in order and each naming the one before it, watermarks true. */
function expectWholeTopic(records: readonly FeedRecord[], end: number): void {
  const last = new Map<number, number>();
  const seen = new Set<number>();
  const disorder: unknown[] = [];
  for (const record of records) {
    if (record.kind === 'watermark') continue;
    const { position, previousPosition, partition } = record.event;
    if (seen.has(position)) continue;
    seen.add(position);
    if (previousPosition !== (last.get(partition) ?? 0)) disorder.push({ position, previousPosition, partition });
    last.set(partition, position);
  }
  expect(disorder).toEqual([]);
  expect(seen.size).toBe(end);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
