import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { Message } from 'kafkajs';
import kafkajs from 'kafkajs';
import { newId } from '#event-sourcing';
import { describeWithKafka, testTopic } from '../../../test/support/kafka.js';
import { createLedger, digestOf, expectedDigest, type Ledger } from '../../../test/support/ledger.js';
import { produceBomb, produceSnappy } from '../../../test/support/packed-batches.js';
import { reached, startOver, startProjector } from '../../../test/support/projector.js';
import { kafkaFeedOf, startRelay, testKafka } from '../../../test/support/topic.js';
import { messagesOf } from '../../../test/support/topic-messages.js';
import { ensureTopic, toRecord, TopicReader } from './index.js';

jest.setTimeout(120_000);

describeWithKafka('what somebody else put into a topic', () => {
  let ledger: Ledger;
  const stopping: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    ledger = await createLedger();
  });
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });
  afterAll(() => ledger.close());

  const send = async (topic: string, messages: Message[]): Promise<void> => {
    const producer = testKafka().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 1_000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(holds()).toBe(true);
  };
  const read = (topic: string, group: string): string[] => {
    const given: string[] = [];
    const ending = new AbortController();
    const reader = new TopicReader({ kafka: testKafka(), topic, group, sessionTimeoutMs: 6_000, heartbeatMs: 500 });
    const running = reader.run(async (records) => {
      for (const { value, undecodable } of records)
        given.push(undecodable ? `${undecodable.firstOffset}-${undecodable.lastOffset}` : String(value));
    }, ending.signal);
    running.catch(() => undefined);
    stopping.push(async () => {
      ending.abort();
      await running;
    });
    return given;
  };

  it.each([
    ['packed in a way that is not known', 3],
    ['grown too large', 1],
  ])('a batch %s is handed over as one, and the rest flows', async (_, records) => {
    const topic = testTopic('packed');
    const admin = testKafka().admin();
    await admin.connect();
    const packed = { topic, numPartitions: 1, configEntries: [{ name: 'compression.type', value: 'producer' }] };
    await admin.createTopics({ topics: [packed], waitForLeaders: true });
    await admin.disconnect();
    await send(topic, [{ partition: 0, value: 'before' }]);
    if (records === 1) await produceBomb(testKafka(), topic, 0);
    else
      await produceSnappy(
        testKafka(),
        topic,
        ['a', 'b', 'c'].map((value) => ({ partition: 0, value })),
      );
    await send(topic, [{ partition: 0, value: 'behind' }]);
    const all = ['before', `1-${records}`, 'behind'];
    const given = read(topic, 'first');
    await until(() => given.length === all.length);
    expect(given).toEqual(all);
    await send(topic, [{ partition: 0, value: 'later' }]);
    await until(() => given.includes('later'));
    const again = read(topic, 'second');
    await until(() => again.includes('later'));
    expect(again).toEqual([...all, 'later']);
  });

  it('is unpacked by Kafka where the topic is ours', async () => {
    const topic = testTopic('ours');
    await ensureTopic(testKafka(), topic);
    await produceSnappy(testKafka(), topic, [{ partition: 0, value: 'readable' }]);
    const given = read(topic, 'ours');
    await until(() => given.length > 0);
    expect(given).toEqual(['readable']);
  });

  it('has no effect on a read model: forged, moved, copied without the relay’s word, or not readable at all', async () => {
    await startOver(ledger);
    const topic = testTopic('forged');
    const relay = startRelay(ledger, topic);
    stopping.push(() => relay.stop());
    const end = await ledger.book(60);
    const feed = () => kafkaFeedOf(ledger, topic);
    const first = startProjector(ledger, feed());
    await reached(ledger, end);
    const [event] = await ledger.reader.read({ after: end - 1, limit: 1 });
    const forged = { ...event!, position: end + 1, eventId: newId(), data: JSON.stringify({ amount: 1_000_000 }) };
    const real = (await messagesOf(testKafka(), topic)).filter(({ message }) => message.value !== null);
    const moved = real.slice(0, 5).map(({ partition, message }) => ({ ...message, partition: (partition + 1) % 24, timestamp: undefined }));
    const { key, value, headers, partition } = toRecord(forged, event!.position);
    const changed = {
      ...real.at(-1)!.message,
      timestamp: undefined,
      value: Buffer.from('{"amount":7}'),
      partition: real.at(-1)!.partition,
    };
    await send(topic, [{ key, value, headers, partition }, changed, ...(moved as Message[])]);
    await produceSnappy(testKafka(), topic, [{ key: null, value: 'x', partition }]);
    const later = await ledger.book(60);
    await reached(ledger, later);
    await first.stop();
    await startOver(ledger);
    stopping.push(startProjector(ledger, feed()).stop); // and from the beginning again
    await reached(ledger, later);
    expect(await digestOf(ledger.owner)).toBe(await expectedDigest(ledger.owner));
    const { rows } = await ledger.owner.query('SELECT count(*)::int AS parked FROM read.parked');
    expect(rows).toEqual([{ parked: 0 }]);
  });
});
