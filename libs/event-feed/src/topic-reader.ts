import type { EachBatchPayload, Kafka } from 'kafkajs';
import { createLogger } from '#telemetry';
import { watchClockDrift } from './clock-drift.js';
import { ensureTopic, KAFKA_DEADLINE_MS } from './kafka-client.js';
import { aborted, every, kafkajsError, onCrash, withHeartbeats } from './kafka-member.js';
import { Backoff, within } from './pause.js';
import { TopicIds } from './topic-id.js';

export interface TopicReaderOptions {
  kafka: Kafka;
  /** Filled by somebody else, in as many partitions as they like. */
  topic: string;
  /** Readers of one group share the partitions. */
  group: string;
  /** Records handed over at once at most. */
  chunkSize?: number;
  sessionTimeoutMs?: number;
  heartbeatMs?: number;
}

/** A record of somebody else's topic, as it is. */
export interface ForeignRecord {
  partition: number;
  offset: string;
  value: Buffer | null;
}

const CHUNK_SIZE = 200;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const LONG_POLL_MS = 100;
const TOPIC_CHECK_MS = 5_000;
const LONGEST_RETRY_MS = 5_000;
const STOP_DEADLINE_MS = 8_000;
const log = createLogger('topic-reader');

/**
 * Reads a topic of somebody else's from where the group has committed, which it does only once what was read is kept: every
 * record is handed over at least once. A handler that rejects is given the same records again, for ever and ever slower;
 * what can never be handled is the handler's to put aside. Rejects when kafkajs gives up, and when the clock is stepped.
 */
export class TopicReader {
  constructor(private readonly options: TopicReaderOptions) {}

  async run(handle: (records: readonly ForeignRecord[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.membership(handle, signal);
  }

  /** Until the signal aborts, or the topic turns out to be another one of the same name. */
  private async membership(handle: (records: readonly ForeignRecord[]) => Promise<void>, signal: AbortSignal): Promise<void> {
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
    const replaced = new AbortController();
    const ending = AbortSignal.any([signal, replaced.signal]);
    const endings: (() => void)[] = [];
    const fault = new Promise<never>((_, reject) => {
      endings.push(onCrash(member, reject));
      endings.push(watchClockDrift((driftMs) => reject(new Error(`the clock was stepped by ${Math.round(driftMs)} ms`))));
    });
    fault.catch(() => {});
    try {
      const topicId = await topicIds.read();
      endings.push(
        every(TOPIC_CHECK_MS, async () => {
          if ((await topicIds.read()) !== topicId) replaced.abort();
        }),
      );
      const join = async (): Promise<void> => {
        await member.connect();
        await member.subscribe({ topic, fromBeginning: true });
        const eachBatch = async (payload: EachBatchPayload): Promise<void> =>
          this.handleBatch(payload, handle, ending, (partition, offset) => member.commitOffsets([{ topic, partition, offset }]));
        await member.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 4, eachBatch });
      };
      await within(KAFKA_DEADLINE_MS, 'joining the group', join());
      await Promise.race([fault, aborted(ending)]);
      if (replaced.signal.aborted) log.warn({ topic }, 'the topic was made anew, joining again');
    } finally {
      for (const end of endings) end();
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
        return await ensureTopic(this.options.kafka, this.options.topic, -1, true);
      } catch (error) {
        log.warn({ topic: this.options.topic, error: String(error) }, 'waiting for Kafka');
        await backoff.wait(signal);
      }
    }
  }

  private async handleBatch(
    payload: EachBatchPayload,
    handle: (records: readonly ForeignRecord[]) => Promise<void>,
    signal: AbortSignal,
    commit: (partition: number, offset: string) => Promise<void>,
  ): Promise<void> {
    const { batch } = payload;
    const { chunkSize = CHUNK_SIZE, heartbeatMs = HEARTBEAT_MS } = this.options;
    const beating = <T>(work: Promise<T>): Promise<T> => withHeartbeats(work, () => payload.heartbeat(), heartbeatMs);
    const backoff = new Backoff();
    for (let at = 0; at < batch.messages.length;) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const chunk = batch.messages.slice(at, at + chunkSize);
      const last = chunk.at(-1)!.offset;
      try {
        await beating(handle(chunk.map(({ offset, value }) => ({ partition: batch.partition, offset, value }))));
      } catch (error) {
        if (kafkajsError(error)) throw error; // the heartbeat's: the group is rebalancing
        log.warn({ partition: batch.partition, error: String(error) }, 'not kept, and handed over again');
        await beating(backoff.wait(signal));
        continue;
      }
      backoff.reset();
      payload.resolveOffset(last);
      await commit(batch.partition, String(BigInt(last) + 1n));
      await payload.heartbeat();
      at += chunk.length;
    }
  }
}
