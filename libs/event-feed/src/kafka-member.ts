import kafkajs, { type Consumer } from 'kafkajs';
import { createLogger } from '#telemetry';
import { pause } from './pause.js';

const log = createLogger('kafka-member');

/** Rejects where the member gave up for good. */
export const onCrash = (member: Consumer, reject: (reason: Error) => void): (() => void) =>
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
