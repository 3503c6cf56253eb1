import { connect } from 'node:net';
import type { ISocketFactory, Kafka } from 'kafkajs';
import { createKafka, fromRecord, type FeedRecord, KafkaFeed, type KafkaFeedOptions, Relay } from '#event-feed';
import { testBrokers } from './kafka.js';
import type { Ledger } from './ledger.js';
import { messagesOf } from './topic-messages.js';

export const testKafka = (): Kafka => createKafka('tests', { brokers: testBrokers() });

/** A client whose connections break now and then: half of the time before a request went out, else before its answer came. */
export function flakyKafka(): { kafka: Kafka; broken: () => number } {
  let broken = 0;
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket);
    let writesLeft = 5 + Math.floor(Math.random() * 10);
    socket.write = ((...args: Parameters<typeof write>) => {
      if (--writesLeft > 0) return write(...args);
      broken++;
      const cut = () => socket.destroy(new Error('the line broke'));
      if (broken % 2 === 0) {
        cut();
        return false;
      }
      setTimeout(cut, 2);
      return write(...args);
    }) as typeof socket.write;
    return socket;
  };
  return { kafka: createKafka('flaky', { brokers: testBrokers(), socketFactory }), broken: () => broken };
}

/** A client that finds the topic gone so many times when it joins, although it was there a moment before. */
export async function kafkaWithoutTopic(
  topic: string,
  times: number,
): Promise<{ kafka: Kafka; left: () => number; close: () => Promise<void> }> {
  const kafka = testKafka();
  const admin = testKafka().admin();
  await admin.connect();
  const consumer = kafka.consumer.bind(kafka);
  let left = times;
  kafka.consumer = (config) => {
    const member = consumer(config);
    const subscribe = member.subscribe.bind(member);
    member.subscribe = async (subscription) => {
      if (left-- > 0) {
        await admin.deleteTopics({ topics: [topic] });
        while ((await admin.listTopics()).includes(topic)) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return subscribe(subscription);
    };
    return member;
  };
  return { kafka, left: () => left, close: () => admin.disconnect() };
}

/** The ledger's topic as a projector's feed, in a group of the topic's own name. */
export const kafkaFeedOf = ({ projectorPool: database }: Ledger, topic: string, more: Partial<KafkaFeedOptions> = {}): KafkaFeed =>
  new KafkaFeed({ database, kafka: testKafka(), topic, group: topic, sessionTimeoutMs: 10_000, heartbeatMs: 500, ...more });

export function startRelay(ledger: Ledger, topic: string, kafka = testKafka(), pageSize = 100) {
  const relay = new Relay({ pool: ledger.relayPool, reader: ledger.reader, kafka, topic, pageSize });
  const stopping = new AbortController();
  const ended = relay.run(stopping.signal);
  ended.catch(() => {});
  return {
    relay,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** Everything that the topic holds, in offset order within each partition. */
export const recordsOf = async (kafka: Kafka, topic: string): Promise<FeedRecord[]> =>
  (await messagesOf(kafka, topic)).map(({ partition, message }) => fromRecord(partition, message));
