import type { Database } from '#database';
import { PARTITION_COUNT, type RecordedEvent } from '#event-sourcing';
import type { LogReader } from '#event-store';
import { createLogger } from '#telemetry';
import type { Feed, FedEvent, FeedConsumer, Slice } from './feed.js';
import { lead } from './leader-lease.js';
import { Backoff } from './pause.js';
import { type OnAppended, Wake } from './wake.js';

export interface PostgresFeedOptions {
  /** For the session that holds the lock; two processes of one group do not read at once, the second stands by. */
  pool: Database;
  group: string;
  reader: Pick<LogReader, 'read'>;
  /** Wakes the reader at once on appends of this process; those of others are found by polling. */
  onAppended?: OnAppended;
  pageSize?: number;
  pollMs?: number;
}

const PAGE_SIZE = 2_000;
const POLL_MS = 50;
const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
const log = createLogger('postgres-feed');

/** The log itself as a feed: one reader for all partitions, pages in position order, no gaps and nothing twice. */
export class PostgresFeed implements Feed {
  private readonly pageSize: number;
  private readonly pollMs: number;

  constructor(private readonly options: PostgresFeedOptions) {
    this.pageSize = options.pageSize ?? PAGE_SIZE;
    this.pollMs = options.pollMs ?? POLL_MS;
  }

  async run(consumer: FeedConsumer, signal: AbortSignal): Promise<void> {
    await lead(this.options.pool, `feed:${this.options.group}`, signal, (term) => this.serve(consumer, term));
  }

  private async serve(consumer: FeedConsumer, signal: AbortSignal): Promise<void> {
    const wake = new Wake(this.options.onAppended);
    const backoff = new Backoff();
    try {
      while (!signal.aborted) {
        try {
          await this.follow(consumer, wake, backoff, signal);
        } catch (error) {
          if (signal.aborted) return;
          log.warn({ group: this.options.group, error: String(error) }, 'reading the log failed, going on from the checkpoints');
          await backoff.wait(signal);
        }
      }
    } finally {
      wake.close();
    }
  }

  private async follow(consumer: FeedConsumer, wake: Wake, backoff: Backoff, signal: AbortSignal): Promise<void> {
    const checkpoints = await consumer.checkpoints(ALL_PARTITIONS);
    let after = Math.min(...ALL_PARTITIONS.map((partition) => checkpoints.get(partition)?.position ?? 0));
    // what lies at or before the start has been handed over, so it stands for the previous event of each partition
    const last = ALL_PARTITIONS.map(() => after);
    let next = this.read(after);
    while (!signal.aborted) {
      const events = await next;
      const end = events.at(-1)?.position ?? after;
      const full = events.length === this.pageSize;
      if (full) next = this.read(end); // while this page is applied
      if (events.length > 0) await consumer.consume(slicesOf(events, last, end));
      backoff.reset();
      after = end;
      if (full) continue;
      await wake.wait(this.pollMs, signal);
      next = this.read(after);
    }
  }

  private read(after: number): Promise<RecordedEvent[]> {
    const page = this.options.reader.read({ after, limit: this.pageSize });
    page.catch(() => {}); // awaited later, or not at all when this page's consumer fails first
    return page;
  }
}

/** One slice per partition, the empty ones too: a page says of each how far it is. `last` moves along. */
function slicesOf(page: readonly RecordedEvent[], last: number[], watermark: number): Slice[] {
  const events: FedEvent[][] = last.map(() => []);
  for (const event of page) {
    events[event.partition]!.push({ previousPosition: last[event.partition]!, ...event });
    last[event.partition] = event.position;
  }
  return events.map((own, partition) => ({ partition, events: own, watermark, lastPosition: last[partition]! }));
}
