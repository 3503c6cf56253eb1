import { afterEach, expect, it, jest } from '@jest/globals';
import { ensureTopic, TopicReader } from './index.js';
import { produce } from '../../../test/support/bridge.js';
import { describeWithKafka, testTopic } from '../../../test/support/kafka.js';
import { kafkaWithoutTopic, testKafka } from '../../../test/support/topic.js';

jest.setTimeout(120_000);

describeWithKafka('a reader of somebody else’s topic', () => {
  const stopping: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0)) await stop();
  });

  const read = (topic: string, handle: (values: string[]) => Promise<void>, kafka = testKafka()): (() => Promise<void>) => {
    const reader = new TopicReader({
      kafka,
      topic,
      group: `${topic}.group`,
      chunkSize: 5,
      sessionTimeoutMs: 6_000,
      heartbeatMs: 500,
    });
    const ending = new AbortController();
    const running = reader.run((records) => handle(records.map(({ value }) => String(value))), ending.signal);
    running.catch(() => undefined);
    const stop = async (): Promise<void> => {
      ending.abort();
      await running;
    };
    stopping.push(stop);
    return stop;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 1_000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(holds()).toBe(true);
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => ({ key: 'one', value: Buffer.from(String(i)) }));

  it('is given the same again until it keeps it, and whoever comes after it goes on where it was kept', async () => {
    const topic = testTopic('foreign');
    await ensureTopic(testKafka(), topic, 'readsForeign');
    await produce(testKafka(), topic, numbers(12));
    const given: string[] = [];
    let refusals = 0;
    const stop = read(topic, async (values) => {
      given.push(...values);
      if (values.includes('7') && refusals++ < 2) throw new Error('not kept');
      if (values.includes('10')) await new Promise((resolve) => setTimeout(resolve, 60_000).unref()); // dies over it
    });
    await until(() => given.includes('10'));
    expect(given.filter((value) => value === '7')).toHaveLength(3);
    expect(given.filter((value) => value === '0')).toHaveLength(1);
    void stop().catch(() => undefined); // without ever having kept the last chunk
    stopping.length = 0;
    const later: string[] = [];
    read(topic, async (values) => void later.push(...values));
    await until(() => later.includes('11'));
    expect(later).toEqual(['10', '11']);
  });

  it('joins again where it could not join', async () => {
    const topic = testTopic('hard-to-join');
    const given: string[] = [];
    const { kafka, left, close } = await kafkaWithoutTopic(topic, 2);
    read(topic, async (values) => void given.push(...values), kafka);
    await until(() => left() < 0);
    await close();
    await produce(testKafka(), topic, numbers(3));
    await until(() => given.length === 3);
  });

  it('reads a topic of however many partitions, and one that was made anew from its beginning', async () => {
    const topic = testTopic('narrow');
    const admin = testKafka().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    const given: string[] = [];
    await produce(testKafka(), topic, numbers(6));
    read(topic, async (values) => void given.push(...values));
    await until(() => given.length === 6);
    await admin.deleteTopics({ topics: [topic] });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await admin.disconnect();
    await produce(testKafka(), topic, [{ key: 'one', value: Buffer.from('anew') }]);
    await until(() => given.includes('anew'));
  });
});
