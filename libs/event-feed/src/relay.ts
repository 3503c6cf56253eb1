import type { Kafka } from 'kafkajs';
import type { Database } from '#database';
import type { RecordedEvent } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { type CarriedEvent, counter, createLogger, traceCarried, tracingIsOn } from '#telemetry';
import { type CloudRecord, metadataOf, toRecord, watermarkRecord } from './cloud-event.js';
import { ensureTopic, WrongPartitionCount } from './kafka-topic.js';
import { lead } from './leader-lease.js';
import { Backoff } from './pause.js';
import { RecordMac } from './record-mac.js';
import { assertLeading, beginTerm, Deposed, nothingPublished, type RelayState, saveState } from './relay-state.js';
import { TopicIds } from './topic-id.js';
import { TopicWriter } from './topic-writer.js';
import { type OnAppended, Wake } from './wake.js';

export interface RelayOptions {
  pool: Database;
  reader: Pick<LogReader, 'read'>;
  kafka: Kafka;
  topic: string;
  onAppended?: OnAppended;
  pageSize?: number;
  pollMs?: number;
  /** Absent: the whole log, as events, signed for our own readers. */
  outlet?: Outlet;
}

/** What of the log a topic of its own tells, and how. Without watermarks, since its readers are not ours. */
export interface Outlet {
  selects(this: void, event: RecordedEvent): boolean;
  /** `previousPosition`: of the record before in the event's partition, 0 before the first. */
  record(this: void, event: RecordedEvent, previousPosition: number): CloudRecord;
}

export interface RelayStatus {
  leading: boolean;
  /** Everything up to here is acknowledged by Kafka and saved. */
  position: number;
  /** Wall clock of the last time that the relay was at the log's end or published something; undefined before. */
  lastProgressAt: Date | undefined;
  /** Why it is not publishing, where it is not. */
  fault: string | undefined;
}

const PAGE_SIZE = 500;
const POLL_MS = 25;
/** Where something has just come, more is likely to. */
const BUSY_POLL_MS = 8;
const WATERMARK_MS = 100;
const TOPIC_CHECK_MS = 5_000;
const log = createLogger('relay');
const published = counter('rapport_relay_records_total', 'Records that Kafka has acknowledged, watermarks included.', ['topic']);
const failed = counter(
  'rapport_relay_failures_total',
  'Times that publishing failed, and a new producer went on from the saved position.',
  ['topic'],
);

/** What one relay of a topic holds at a time. */
export const relayLease = (topic: string): string => `relay:${topic}`;

/**
 * Carries the log to Kafka in position order, every event at least once, first occurrences in order. One leader, fenced
 * by its epoch. One outstanding send; its position is saved after the acknowledgement; after any failure a new producer
 * resends from the saved position.
 */
export class Relay {
  private state: RelayStatus = { leading: false, position: 0, lastProgressAt: undefined, fault: undefined };

  constructor(private readonly options: RelayOptions) {
    failed.inc({ topic: options.topic }, 0); // an alert on a rate needs the zero before the first
  }

  get status(): Readonly<RelayStatus> {
    return this.state;
  }

  /** Runs until `signal` aborts; rejects on a fault that no retry heals. */
  async run(signal: AbortSignal): Promise<void> {
    await lead(this.options.pool, relayLease(this.options.topic), signal, (term) => this.serve(term));
  }

  private async serve(signal: AbortSignal): Promise<void> {
    const wake = new Wake(this.options.onAppended);
    const backoff = new Backoff();
    this.state.leading = true;
    try {
      while (!signal.aborted) {
        try {
          await this.publish(wake, backoff, signal);
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof WrongPartitionCount) throw error;
          this.state.fault = String(error);
          failed.inc({ topic: this.options.topic });
          log.warn(
            { topic: this.options.topic, error: String(error) },
            'publishing failed, a new producer goes on from the saved position',
          );
          if (error instanceof Deposed) return; // stands for office again
          await backoff.wait(signal);
        }
      }
    } finally {
      this.state.leading = false;
      wake.close();
    }
  }

  /** One producer's life. */
  private async publish(wake: Wake, backoff: Backoff, signal: AbortSignal): Promise<void> {
    const { pool, kafka, topic, reader, outlet, pageSize = PAGE_SIZE, pollMs = POLL_MS } = this.options;
    const { selects } = outlet ?? whole;
    const read = (after: number): Promise<RecordedEvent[]> => {
      const page = reader.read({ after, limit: pageSize });
      page.catch(() => {}); // awaited later, or by nobody where this term or this page has failed before
      return page;
    };
    await ensureTopic(kafka, topic);
    const mac = outlet ? undefined : await RecordMac.load(pool);
    const topicIds = new TopicIds(kafka, topic);
    const writer = new TopicWriter(kafka, topic);
    try {
      const topicId = await topicIds.read();
      if (topicId === undefined) throw new Error(`topic ${topic} is not known to all of Kafka yet`);
      let state = await this.beginTerm(topicId);
      await writer.connect();
      let untold = !outlet; // whether readers may be owed a watermark
      let toldAt = -Infinity;
      let checkedAt = performance.now();
      let next = read(state.position);
      while (!signal.aborted) {
        const events = await next;
        const position = events.at(-1)?.position ?? state.position;
        if (events.length === pageSize) next = read(position);
        untold ||= events.length > 0 && !outlet;
        const tell = untold && position > 0 && performance.now() - toldAt >= WATERMARK_MS;
        if (events.length > 0 || tell) {
          const previous = [...state.previous];
          const records = recordsOf(events, previous, outlet);
          if (tell) records.push(...previous.map((last, partition) => watermarkRecord(topic, partition, position, last)));
          const beganAt = Date.now();
          const signed = mac ? records.map((record) => mac.sign(record)) : records;
          if (records.length > 0) await writer.send(signed);
          if (tracingIsOn()) traceCarried('publish', 'producer', events.filter(selects).map(carried), beganAt);
          published.inc({ topic }, records.length);
          state = { ...state, position, previous };
          if (events.length > 0) await saveState(pool, topic, state);
          if (tell) {
            untold = false;
            toldAt = performance.now();
          }
        }
        backoff.reset();
        this.state = { leading: true, position, lastProgressAt: new Date(), fault: undefined };
        if (events.length === pageSize) continue;
        if (performance.now() - checkedAt >= TOPIC_CHECK_MS) {
          checkedAt = performance.now();
          if ((await topicIds.read()) !== topicId) throw new Error(`topic ${topic} was deleted or made anew`);
          await assertLeading(pool, topic, state);
        }
        await wake.wait(events.length > 0 ? Math.min(pollMs, BUSY_POLL_MS) : pollMs, signal);
        next = read(state.position);
      }
    } finally {
      await Promise.all([writer.close(), topicIds.close()]);
    }
  }

  /** A topic made anew is filled from the log's beginning, for its other readers have only the topic. */
  private async beginTerm(topicId: string): Promise<RelayState> {
    const { pool, topic } = this.options;
    const saved = await beginTerm(pool, topic);
    if (saved.topicId === topicId) return saved;
    if (saved.position > 0) log.warn({ topic, from: saved.topicId, to: topicId }, 'the topic was made anew, filling it from the beginning');
    const state = { ...saved, ...nothingPublished(), topicId };
    await saveState(pool, topic, state);
    return state;
  }
}

const carried = (event: RecordedEvent): CarriedEvent => {
  const { type, position, recordedAt } = event;
  const { traceparent } = metadataOf(event);
  return { type, position, recordedAt, ...(traceparent && { traceparent }) };
};

const whole: Outlet = { selects: () => true, record: toRecord };

/** `previous` moves along. */
function recordsOf(events: readonly RecordedEvent[], previous: number[], outlet = whole): CloudRecord[] {
  return events.filter(outlet.selects).map((event) => {
    const record = outlet.record(event, previous[event.partition]!);
    previous[event.partition] = event.position;
    return record;
  });
}
