import type { FeedConsumer, Slice } from './feed.js';

interface Waiting {
  slice: Slice;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/**
 * Kafka hands over one partition at a time, a consumer commits best in few transactions: whatever partitions arrive
 * while a call runs make up the next one. At most one slice per partition waits, so the queue is bounded.
 */
export class SliceCollector {
  private waiting: Waiting[] = [];
  private running = false;

  constructor(private readonly consumer: FeedConsumer) {}

  /** Resolves or rejects with the call that consumed this slice. */
  consume(slice: Slice): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.waiting.push({ slice, resolve, reject });
      if (!this.running) {
        this.running = true;
        setImmediate(() => void this.drain()); // the partitions of one fetch arrive in one turn
      }
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.consumer.consume(batch.map(({ slice }) => slice));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}
