import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { createLogger } from '#telemetry';
import { watchClockDrift } from './clock-drift.js';
import { type Feed, type FeedConsumer, TakenOver } from './feed.js';
import { ensureTopic, KAFKA_DEADLINE_MS, WrongPartitionCount } from './kafka-client.js';
import { aborted, every, kafkajsError, onCrash, withHeartbeats } from './kafka-member.js';
import { KafkaPositions } from './kafka-positions.js';
import { sliceOf } from './kafka-slice.js';
import { Backoff, pause, within } from './pause.js';
import { SliceCollector } from './slice-collector.js';
import { TopicIds } from './topic-id.js';

export interface KafkaFeedOptions {
  kafka: Kafka;
  topic: string;
  /** Consumers of one group share the partitions. */
  group: string;
  chunkSize?: number;
  sessionTimeoutMs?: number;
  heartbeatMs?: number;
}

const CHUNK_SIZE = 500;
const SESSION_TIMEOUT_MS = 10_000; // a killed member holds its partitions for that long
const HEARTBEAT_MS = 2_000;
const LONG_POLL_MS = 100; // stopping waits for it
const TOPIC_CHECK_MS = 5_000;
const COMMIT_MS = 5_000;
const LONGEST_RETRY_MS = 5_000;
const STOP_DEADLINE_MS = 8_000;
const log = createLogger('kafka-feed');

/**
 * The topic as a feed. Where to read from is the consumer's own checkpoint, kept with its rows; what is committed to
 * the broker serves lag dashboards. Rejects when kafkajs gives up, and when the clock is stepped.
 */
export class KafkaFeed implements Feed {
  constructor(private readonly options: KafkaFeedOptions) {}

  async run(consumer: FeedConsumer, signal: AbortSignal): Promise<void> {
    const { kafka, topic, group, sessionTimeoutMs = SESSION_TIMEOUT_MS, heartbeatMs = HEARTBEAT_MS } = this.options;
    await this.topicReady(signal);
    if (signal.aborted) return;
    const member = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: 2 * sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: LONG_POLL_MS,
      retry: { retries: 10, maxRetryTime: LONGEST_RETRY_MS },
    });
    const topicIds = new TopicIds(kafka, topic);
    const positions = new KafkaPositions(member, topic, consumer, topicIds);
    const collector = new SliceCollector(consumer);
    const endings = [watch(member, positions)];
    const fault = new Promise<never>((_, reject) => {
      endings.push(onCrash(member, reject));
      endings.push(watchClockDrift((driftMs) => reject(new Error(`the clock was stepped by ${Math.round(driftMs)} ms`))));
      endings.push(every(TOPIC_CHECK_MS, () => positions.checkTopic()));
    });
    fault.catch(() => {});
    try {
      await within(
        KAFKA_DEADLINE_MS,
        'joining the group',
        start(member, topic, (payload) => this.handle(payload, positions, collector, signal)),
      );
      await Promise.race([fault, aborted(signal)]);
    } finally {
      for (const end of endings) end();
      positions.close();
      // the group hears of it; a member that cannot say goodbye is timed out
      await within(STOP_DEADLINE_MS, 'leaving the group', member.disconnect()).catch((error: unknown) =>
        log.warn({ error: String(error) }, 'left badly'),
      );
      await topicIds.close();
    }
  }

  private async topicReady(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        return await ensureTopic(this.options.kafka, this.options.topic);
      } catch (error) {
        if (error instanceof WrongPartitionCount) throw error;
        log.warn({ topic: this.options.topic, error: String(error) }, 'waiting for Kafka');
        await backoff.wait(signal);
      }
    }
  }

  private async handle(
    payload: EachBatchPayload,
    positions: KafkaPositions,
    collector: SliceCollector,
    signal: AbortSignal,
  ): Promise<void> {
    const { batch } = payload;
    const heartbeat = () => payload.heartbeat();
    const { chunkSize = CHUNK_SIZE, heartbeatMs = HEARTBEAT_MS } = this.options;
    const beating = <T>(work: Promise<T>): Promise<T> => withHeartbeats(work, heartbeat, heartbeatMs);
    const topicId = await beating(positions.enter(batch.partition, batch.firstOffset() ?? '0'));
    if (topicId === undefined) return; // it sought elsewhere; this batch is not what we want
    for (let at = 0; at < batch.messages.length; at += chunkSize) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const chunk = batch.messages.slice(at, at + chunkSize);
      const slice = sliceOf(topicId, batch.partition, chunk);
      try {
        if (slice) await beating(collector.consume(slice));
      } catch (error) {
        if (kafkajsError(error)) throw error; // the heartbeat's: the group is rebalancing
        log.warn({ partition: batch.partition, error: String(error) }, 'a slice was not applied and is handed over again');
        // A member that was thrown out learns it from a heartbeat, and must not take its successor's partitions back.
        await beating(error instanceof TakenOver ? pause(heartbeatMs + 50, signal) : positions.backoff(batch.partition).wait(signal));
        await heartbeat();
        await beating(positions.again(batch.partition));
        return;
      }
      positions.backoff(batch.partition).reset();
      payload.resolveOffset(chunk.at(-1)!.offset);
      positions.applied(batch.partition, BigInt(chunk.at(-1)!.offset) + 1n);
      await heartbeat();
    }
  }
}

async function start(member: Consumer, topic: string, eachBatch: (payload: EachBatchPayload) => Promise<void>): Promise<void> {
  await member.connect();
  await member.subscribe({ topic, fromBeginning: true });
  await member.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 24, eachBatch });
}

function watch(member: Consumer, positions: KafkaPositions): () => void {
  const endJoin = member.on(member.events.GROUP_JOIN, ({ payload }) => positions.joined(Object.values(payload.memberAssignment).flat()));
  const endCommits = every(COMMIT_MS, () => positions.commit());
  return () => {
    endJoin();
    endCommits();
  };
}
