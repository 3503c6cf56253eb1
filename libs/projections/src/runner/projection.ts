import type { Session } from '#database';
import type { EventMetadata, RecordedEvent } from '#event-sourcing';

/** A recorded event, read: its data in the current schema version, and its metadata. */
export interface ProjectedEvent extends RecordedEvent {
  readonly body: Readonly<Record<string, unknown>>;
  readonly meta: EventMetadata;
}

/** A read model's identity: another version has tables and checkpoints of its own. */
export interface ProjectionId {
  readonly name: string;
  readonly version: number;
}

/**
 * Folds events into rows of its own tables. A row belongs to one client, or to (partition, dimension) and is summed on
 * read, so that readers of different partitions never write the same row.
 */
export interface Projection extends ProjectionId {
  /** The event types that it needs; others are not handed to it. */
  readonly handles: readonly string[];
  /**
   * Within the transaction that also moves the checkpoint: all of it or nothing. Events of one partition come in log
   * order, without a gap, and each once in effect. Folds in memory and writes set-based; no I/O but `db`. What it
   * throws, other than faults of the database, parks the client of the event that causes it.
   */
  apply(db: Session, events: readonly ProjectedEvent[]): Promise<void>;
}

export const labelOf = ({ name, version }: ProjectionId): string => `${name}@${version}`;
