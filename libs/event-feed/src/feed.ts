import type { RecordedEvent } from '#event-sourcing';

/** An event and the position of the one before it in its partition (0: none), so that a reader sees what it missed. */
export interface FedEvent extends RecordedEvent {
  previousPosition: number;
}

/** What a feed hands over of one partition: events in position order, and how far the partition is known to be complete. */
export interface Slice {
  partition: number;
  events: readonly FedEvent[];
  /** Every event of this partition up to here has been handed over, so an idle partition's reader still moves. */
  watermark: number;
}

/** The consuming side of a feed. It owns its checkpoints; the feed only asks for them. */
export interface FeedConsumer {
  /** Where to go on reading: the last position applied of each partition, 0 at the beginning. */
  checkpoints(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Applies or parks all that it is given, durably, before it resolves. Rejects only where it should be handed over
   * again (the database is away, another consumer took over). Events may come twice and out of order.
   */
  consume(slices: readonly Slice[]): Promise<void>;
}

/** One interface, two feeds: the PostgreSQL log, and Kafka. */
export interface Feed {
  /** Runs until `signal` aborts, then resolves; rejects on a fault it cannot heal, and the process should exit non-zero. */
  run(consumer: FeedConsumer, signal: AbortSignal): Promise<void>;
}
