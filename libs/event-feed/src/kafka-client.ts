import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import { PARTITION_COUNT } from '#event-sourcing';
import { createLogger, within } from '#telemetry';
import { guardKafkajs } from './kafkajs-guards.js';

/** Our own deadline on every call: kafkajs has been seen never to settle one. */
export const KAFKA_DEADLINE_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 5_000;
const log = createLogger('kafka');

/**
 * A topic that we make keeps what it is given until somebody deletes it, for a reader may come at any time; and Kafka unpacks
 * what a producer packed, since kafkajs knows gzip alone.
 */
const OURS = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'compression.type', value: 'uncompressed' },
] as const;

guardKafkajs();

/** `brokers`: `host:port`. `connection`: how to reach them, where it is not plain TCP. */
export const createKafka = (
  clientId: string,
  brokers: readonly string[],
  connection: Pick<KafkaConfig, 'ssl' | 'sasl' | 'socketFactory'> = {},
): Kafka =>
  new kafkajs.Kafka({
    ...connection,
    clientId,
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: KAFKA_DEADLINE_MS,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => writeLog,
  });

function writeLog({ namespace, level, log: { message, error } }: LogEntry): void {
  // errors that a broker answers and kafkajs retries are its routine, not ours
  const routine = namespace === 'Connection' && message.startsWith('Response ');
  const fields = { namespace, ...(error === undefined ? {} : { error: String(error) }) };
  if (routine || level >= kafkajs.logLevel.INFO) log.debug(fields, message);
  else log.warn(fields, message);
}

/**
 * Creates the topic where it is missing; rejects where it has another number of partitions than keys are spread over. Of a
 * topic that somebody else fills (`anyCount`) the number is theirs to choose.
 */
export async function ensureTopic(kafka: Kafka, topic: string, replicationFactor = -1, anyCount = false): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 3 } });
  try {
    await within(KAFKA_DEADLINE_MS, 'connecting to Kafka', admin.connect());
    if (!(await within(KAFKA_DEADLINE_MS, 'listing topics', admin.listTopics())).includes(topic)) {
      const ours = { topic, numPartitions: PARTITION_COUNT, replicationFactor, configEntries: [...OURS] };
      const creation = admin.createTopics({ topics: [ours], waitForLeaders: true });
      await within(KAFKA_DEADLINE_MS, `creating topic ${topic}`, creation);
    }
    if (anyCount) return;
    const metadata = await within(KAFKA_DEADLINE_MS, 'reading the topic', admin.fetchTopicMetadata({ topics: [topic] }));
    const count = metadata.topics[0]?.partitions.length;
    if (count !== PARTITION_COUNT) throw new WrongPartitionCount(`topic ${topic} has ${count} partitions, not ${PARTITION_COUNT}`);
  } finally {
    await within(KAFKA_DEADLINE_MS, 'leaving Kafka', admin.disconnect()).catch(() => {});
  }
}

/** No retry heals this: another partition count is another topic, filled from the log. */
export class WrongPartitionCount extends Error {}
