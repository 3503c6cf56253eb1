import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { createLogger, within } from '#telemetry';
import { watchClockDrift } from './clock-drift.js';
import { KAFKA_DEADLINE_MS } from './kafka-client.js';
import { ensureTopic, type TopicUse, WrongPartitionCount } from './kafka-topic.js';
import { Backoff, pause } from './pause.js';

export interface MembershipOptions {
  kafka: Kafka;
  topic: string;
  /** Consumers of one group share the partitions. */
  group: string;
  /** A killed member holds its partitions for that long; default 10 s. */
  sessionTimeoutMs?: number;
  /** Default 2 s. */
  heartbeatMs?: number;
}

const SESSION_TIMEOUT_MS = 10_000;
export const HEARTBEAT_MS = 2_000;
const LONG_POLL_MS = 100; // stopping waits for it
const LONGEST_RETRY_MS = 5_000;
const STOP_DEADLINE_MS = 5_000; // of the ten seconds that a process has to stop in
const log = createLogger('kafka-member');

/** A consumer as every reader of ours is one: it makes no topic, commits nothing by itself, and tries again within bounds. */
export const groupMember = ({
  kafka,
  group,
  sessionTimeoutMs = SESSION_TIMEOUT_MS,
  heartbeatMs = HEARTBEAT_MS,
}: MembershipOptions): Consumer =>
  kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 2 * sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: LONG_POLL_MS,
    retry: { retries: 10, maxRetryTime: LONGEST_RETRY_MS },
  });

/** Rejects when kafkajs gives up, and when the clock is stepped: no retry heals either. `end` stops watching. */
export function memberFault(member: Consumer): { fault: Promise<never>; end: () => void } {
  const endings: (() => void)[] = [];
  const fault = new Promise<never>((_, reject) => {
    endings.push(onCrash(member, reject));
    endings.push(watchClockDrift((driftMs) => reject(new Error(`the clock was stepped by ${Math.round(driftMs)} ms`))));
  });
  fault.catch(() => {}); // whoever races it is told
  return { fault, end: () => endings.forEach((end) => end()) };
}

/** The group was not joined: the topic is not known to every broker yet, a connection broke. A new member may do better. */
export class NotJoined extends Error {}

/** What a member needs before it is one; rejects with NotJoined. */
export const joining = <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw new NotJoined(String(cause), { cause });
  });

/** One membership after another until the signal aborts, ever slower where one could not begin. Rejects with what ends one that had. */
export async function keepJoining(topic: string, signal: AbortSignal, membership: () => Promise<void>): Promise<void> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      await membership();
      backoff.reset();
    } catch (error) {
      if (!(error instanceof NotJoined)) throw error;
      log.warn({ topic, error: error.message }, 'the group was not joined, trying again');
      await backoff.wait(signal);
    }
  }
}

/** Joins its group, and hands batches over; `atOnce`: of how many partitions side by side. Rejects with NotJoined. */
export async function joinGroup(
  member: Consumer,
  topic: string,
  atOnce: number,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  const join = async (): Promise<void> => {
    await member.connect();
    await member.subscribe({ topic, fromBeginning: true });
    await member.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: atOnce, eachBatch });
  };
  await joining(within(KAFKA_DEADLINE_MS, 'joining the group', join()));
}

/** The group hears of it; a member that cannot say goodbye is timed out. */
export async function leaveGroup(member: Consumer): Promise<void> {
  await within(STOP_DEADLINE_MS, 'leaving the group', member.disconnect()).catch((error: unknown) =>
    log.warn({ error: String(error) }, 'left badly'),
  );
}

/** Waits until the topic is there, or the signal aborts. */
export async function topicReady({ kafka, topic }: MembershipOptions, signal: AbortSignal, use: TopicUse = 'reads'): Promise<void> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      return await ensureTopic(kafka, topic, use);
    } catch (error) {
      if (error instanceof WrongPartitionCount) throw error;
      log.warn({ topic, error: String(error) }, 'waiting for Kafka');
      await backoff.wait(signal);
    }
  }
}

/** Rejects where the member gave up for good. */
const onCrash = (member: Consumer, reject: (reason: Error) => void): (() => void) =>
  member.on(member.events.CRASH, ({ payload }) => {
    if (!payload.restart) reject(payload.error);
  });

/** A task again and again, never twice at once. Answers what ends it. */
export function every(periodMs: number, task: () => Promise<void>): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    task()
      .catch((error: unknown) => log.debug({ error: String(error) }, 'a periodic check failed'))
      .finally(() => (busy = false));
  }, periodMs);
  return () => clearInterval(timer);
}

/** Stays a member while something takes its time; rejects as soon as a heartbeat says that the group moves on. */
export async function withHeartbeats<T>(work: Promise<T>, heartbeat: () => Promise<void>, periodMs: number): Promise<T> {
  const over = new AbortController();
  const beats = (async (): Promise<never> => {
    for (;;) {
      await pause(periodMs, over.signal);
      if (over.signal.aborted) return new Promise<never>(() => {});
      await heartbeat();
    }
  })();
  try {
    return await Promise.race([work, beats]);
  } finally {
    over.abort();
    work.catch(() => {});
    beats.catch(() => {});
  }
}

export const kafkajsError = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError;

export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
