import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { PARTITION_COUNT } from '#event-sourcing';
import { createLogger, within } from '#telemetry';
import { KAFKA_DEADLINE_MS } from './kafka-client.js';

const log = createLogger('kafka-topic');

/**
 * A topic that we make keeps what it is given until somebody deletes it, for a reader may come at any time; and Kafka unpacks
 * what a producer packed, since kafkajs knows gzip alone.
 */
export const TOPIC_SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'compression.type': 'uncompressed',
};

/**
 * `fills`: we write it, and see to its settings. `reads`: another of our processes does. `readsForeign`: somebody else fills it, and
 * the number of its partitions and its settings are theirs.
 */
export type TopicUse = 'fills' | 'reads' | 'readsForeign';

/** Creates the topic where it is missing; rejects where one of ours has another number of partitions than keys are spread over. */
export async function ensureTopic(kafka: Kafka, topic: string, use: TopicUse = 'fills'): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 3 } });
  const asked = <T>(what: string, answer: Promise<T>): Promise<T> => within(KAFKA_DEADLINE_MS, what, answer);
  try {
    await asked('connecting to Kafka', admin.connect());
    const isNew = !(await asked('listing topics', admin.listTopics())).includes(topic);
    if (isNew) {
      const configEntries = Object.entries(TOPIC_SETTINGS).map(([name, value]) => ({ name, value }));
      const ours = { topic, numPartitions: PARTITION_COUNT, replicationFactor: -1, configEntries };
      await asked(`creating topic ${topic}`, admin.createTopics({ topics: [ours], waitForLeaders: true }));
    }
    if (use === 'readsForeign') return;
    const metadata = await asked('reading the topic', admin.fetchTopicMetadata({ topics: [topic] }));
    const count = metadata.topics[0]?.partitions.length;
    if (count !== PARTITION_COUNT) throw new WrongPartitionCount(`topic ${topic} has ${count} partitions, not ${PARTITION_COUNT}`);
    if (use === 'fills' && !isNew) await asked('checking the topic', keepSettings(admin, topic));
  } finally {
    await within(KAFKA_DEADLINE_MS, 'leaving Kafka', admin.disconnect()).catch(() => {});
  }
}

/** No retry heals this: another partition count is another topic, filled from the log. */
export class WrongPartitionCount extends Error {}

const SET_FOR_THE_TOPIC = 1; // kafkajs: ConfigSource.TOPIC_CONFIG

/** Puts right what a topic that was made by an earlier version, or by hand, has otherwise: or it would forget, or be packed. */
async function keepSettings(admin: Admin, topic: string): Promise<void> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
  try {
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    const entries = resources[0]!.configEntries;
    const wrong = entries.filter(({ configName, configValue }) => (TOPIC_SETTINGS[configName] ?? configValue) !== configValue);
    if (wrong.length === 0) return;
    // Kafka takes all settings of a topic at once: those that others have made stay
    const set = entries.filter(({ configSource }) => (configSource as number) === SET_FOR_THE_TOPIC);
    const kept = Object.fromEntries(set.map(({ configName, configValue }) => [configName, configValue]));
    const configEntries = Object.entries({ ...kept, ...TOPIC_SETTINGS }).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
    log.warn(
      { topic, was: wrong.map(({ configName, configValue }) => `${configName}=${configValue}`) },
      'the topic’s settings were put right',
    );
  } catch (error) {
    // who may write and not configure goes on: the topic works, and forgets or is packed as it is set
    log.error({ topic, error: String(error), wanted: TOPIC_SETTINGS }, 'the topic’s settings could not be checked');
  }
}
