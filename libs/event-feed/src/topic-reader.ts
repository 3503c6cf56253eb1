import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { createLogger } from '#telemetry';
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
import { Backoff } from './pause.js';
import { TopicIds } from './topic-id.js';
import { undecodableBatch, type UndecodableBatch } from './undecodable-batches.js';

/** The topic is filled by somebody else, in as many partitions as they like. */
export interface TopicReaderOptions extends MembershipOptions {
  /** Records handed over at once at most. */
  chunkSize?: number;
}

/** A record of somebody else's topic, as it is. */
export interface ForeignRecord {
  partition: number;
  offset: string;
  value: Buffer | null;
  /** What its header `ce_source` says. Who may write to the topic at all is Kafka's to check. */
  sender?: string;
  /** This record stands for a batch, of which no record can be read. */
  undecodable?: UndecodableBatch;
}

const CHUNK_SIZE = 200;
const TOPIC_CHECK_MS = 5_000;
const AT_ONCE = 4;
const log = createLogger('topic-reader');

/**
 * Reads a topic of somebody else's from where the group has committed, which it does only once what was read is kept: every
 * record is handed over at least once. A handler that rejects is given the same records again, for ever and ever slower;
 * what can never be handled is the handler's to put aside. Rejects when kafkajs gives up, and when the clock is stepped.
 */
export class TopicReader {
  constructor(private readonly options: TopicReaderOptions) {}

  async run(handle: (records: readonly ForeignRecord[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    await keepJoining(this.options.topic, signal, () => this.membership(handle, signal));
  }

  /** Until the signal aborts, or the topic turns out to be another one of the same name. */
  private async membership(handle: (records: readonly ForeignRecord[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { kafka, topic } = this.options;
    await topicReady(this.options, signal, 'readsForeign');
    if (signal.aborted) return;
    const member = groupMember(this.options);
    const topicIds = new TopicIds(kafka, topic);
    const replaced = new AbortController();
    const ending = AbortSignal.any([signal, replaced.signal]);
    const { fault, end } = memberFault(member);
    const endings = [end];
    try {
      const topicId = await joining(topicIds.read());
      endings.push(
        every(TOPIC_CHECK_MS, async () => {
          if ((await topicIds.read()) !== topicId) replaced.abort();
        }),
      );
      const commit = (partition: number, offset: string): Promise<void> => member.commitOffsets([{ topic, partition, offset }]);
      await joinGroup(member, topic, AT_ONCE, (payload) => this.handleBatch(payload, handle, ending, commit));
      await Promise.race([fault, aborted(ending)]);
      if (replaced.signal.aborted) log.warn({ topic }, 'the topic was made anew, joining again');
    } finally {
      for (const one of endings) one();
      await leaveGroup(member);
      await topicIds.close();
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
        await beating(handle(chunk.map((message) => foreign(batch.partition, message))));
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

function foreign(partition: number, message: KafkaMessage): ForeignRecord {
  const { offset, value } = message;
  const undecodable = undecodableBatch(message);
  const header = [message.headers?.['ce_source']].flat()[0];
  if (!undecodable) return { partition, offset, value, ...(header !== undefined && { sender: header.toString() }) };
  log.error({ partition, ...undecodable }, 'a batch cannot be decoded');
  return { partition, offset, value, undecodable };
}
