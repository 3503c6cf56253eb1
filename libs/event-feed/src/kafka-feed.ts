import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Sql } from '#database';
import { PARTITION_COUNT } from '#event-sourcing';
import { createLogger } from '#telemetry';
import { type Feed, type FeedConsumer, TakenOver } from './feed.js';
import {
  aborted,
  every,
  groupMember,
  HEARTBEAT_MS,
  joinGroup,
  joining,
  kafkajsError,
  keepJoining,
  leaveGroup,
  memberFault,
  type MembershipOptions,
  topicReady,
  withHeartbeats,
} from './kafka-member.js';
import { KafkaPositions, spanOf } from './kafka-positions.js';
import { sliceOf } from './kafka-slice.js';
import { pause } from './pause.js';
import { RecordMac } from './record-mac.js';
import { SliceCollector } from './slice-collector.js';
import { TopicIds } from './topic-id.js';

export interface KafkaFeedOptions extends MembershipOptions {
  /** Where the key is by which the relay's records are known. */
  database: Sql;
  chunkSize?: number;
}

const CHUNK_SIZE = 500;
const TOPIC_CHECK_MS = 5_000;
const COMMIT_MS = 5_000;
const log = createLogger('kafka-feed');

/**
 * The topic as a feed. Where to read from is the consumer's own checkpoint, kept with its rows; what is committed to
 * the broker serves lag dashboards. Rejects when kafkajs gives up, and when the clock is stepped.
 */
export class KafkaFeed implements Feed {
  constructor(private readonly options: KafkaFeedOptions) {}

  async run(consumer: FeedConsumer, signal: AbortSignal): Promise<void> {
    await keepJoining(this.options.topic, signal, () => this.membership(consumer, signal));
  }

  private async membership(consumer: FeedConsumer, signal: AbortSignal): Promise<void> {
    const { kafka, topic, database } = this.options;
    await topicReady(this.options, signal);
    if (signal.aborted) return;
    const mac = await joining(RecordMac.load(database));
    const member = groupMember(this.options);
    const topicIds = new TopicIds(kafka, topic);
    const positions = new KafkaPositions(member, topic, consumer, topicIds);
    const collector = new SliceCollector(consumer);
    const { fault, end } = memberFault(member);
    const endings = [end, watch(member, positions), every(TOPIC_CHECK_MS, () => positions.checkTopic())];
    try {
      await joinGroup(member, topic, PARTITION_COUNT, (payload) => this.handle(payload, positions, collector, mac, signal));
      await Promise.race([fault, aborted(signal)]);
    } finally {
      for (const ending of endings) ending();
      positions.close();
      await leaveGroup(member);
      await topicIds.close();
    }
  }

  private async handle(
    payload: EachBatchPayload,
    positions: KafkaPositions,
    collector: SliceCollector,
    mac: RecordMac,
    signal: AbortSignal,
  ): Promise<void> {
    const { batch } = payload;
    const heartbeat = () => payload.heartbeat();
    const { chunkSize = CHUNK_SIZE, heartbeatMs = HEARTBEAT_MS } = this.options;
    const beating = <T>(work: Promise<T>): Promise<T> => withHeartbeats(work, heartbeat, heartbeatMs);
    const topicId = await beating(positions.enter(batch.partition, spanOf(batch.messages[0])));
    if (topicId === undefined) return; // it sought elsewhere; this batch is not what we want
    for (let at = 0; at < batch.messages.length; at += chunkSize) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const chunk = batch.messages.slice(at, at + chunkSize);
      const slice = sliceOf(topicId, batch.partition, chunk, mac);
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

function watch(member: Consumer, positions: KafkaPositions): () => void {
  const endJoin = member.on(member.events.GROUP_JOIN, ({ payload }) => positions.joined(Object.values(payload.memberAssignment).flat()));
  const endCommits = every(COMMIT_MS, () => positions.commit());
  return () => {
    endJoin();
    endCommits();
  };
}
