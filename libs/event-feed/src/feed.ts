import type { RecordedEvent } from '#event-sourcing';

/**
 * An event and the position of the one before it in its partition, so that a reader sees what it missed. 0: none.
 * A feed that reads the log itself may name a later position that it knows to be handed over already.
 */
export interface FedEvent extends RecordedEvent {
  previousPosition: number;
}

/** What a feed hands over of one partition: events in the order they came, and how far the partition is known to be complete. */
export interface Slice {
  partition: number;
  /** In position order, unless something was delivered again. */
  events: readonly FedEvent[];
  /** Every event of this partition up to here has been handed over, so an idle partition's reader still moves. */
  watermark: number;
  /** The partition's last event at or before the watermark (0: none): above a reader's checkpoint it betrays a gap. */
  lastPosition: number;
  /** Where this feed may go on once the slice is applied. Opaque; to be kept with the checkpoint. */
  cursor?: string;
}

/** How far a consumer is. The position is the truth, the cursor saves the feed a search and may be wrong or absent. */
export interface Checkpoint {
  position: number;
  cursor?: string;
}

/** The consuming side of a feed. It owns its checkpoints; the feed only asks for them. */
export interface FeedConsumer {
  /**
   * Where to go on reading, 0 at the beginning. Asking means taking over: whoever asked before can no longer
   * consume these partitions.
   */
  checkpoints(partitions: readonly number[]): Promise<ReadonlyMap<number, Checkpoint>>;
  /**
   * Applies or parks all that it is given, durably, before it resolves (how far an idle partition is may follow).
   * Rejects only where it should be handed over again: TakenOver, or the database is away. After a rejection the feed
   * asks for the checkpoints anew. Events may come twice and out of order. Called one at a time.
   */
  consume(slices: readonly Slice[]): Promise<void>;
}

/** Another consumer asked for the checkpoints of these partitions: this one must not go on. */
export class TakenOver extends Error {}

/** One interface, two feeds: the PostgreSQL log, and Kafka. */
export interface Feed {
  /** Runs until `signal` aborts, then resolves; rejects on a fault it cannot heal, and the process should exit non-zero. */
  run(consumer: FeedConsumer, signal: AbortSignal): Promise<void>;
}
