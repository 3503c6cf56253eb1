import type { EventRegistry } from '#event-sourcing';
import type { Projection } from '../runner/projection.js';
import type { TableComparison } from './compare.js';

export interface RebuildOptions {
  /** The owner's: tables are made and a view is replaced. */
  url: string;
  projection: Projection;
  registry: EventRegistry;
  /** Who asked for it; kept with the generation. */
  by: string;
  /** Readers of the log, each of partitions of its own. 2 unless told otherwise. */
  workers?: number;
  /** Events that a worker reads and applies at once. */
  pageSize?: number;
  /** Swap though the two differ, and why: how a broken model is repaired, or a new version is taken. */
  acceptDifferences?: string;
  /** Bring the newest kept generation up to date and swap it back in, instead of building another. */
  back?: boolean;
  /** The two are compared once more while the projections are held, where a comparison takes no longer than this; default 250 ms. */
  heldComparisonMs?: number;
  onProgress?: (progress: RebuildProgress) => void;
  /** Stops in order: what is built so far stays, and the next call goes on from there. */
  signal?: AbortSignal;
}

export interface RebuildProgress {
  phase: 'replaying' | 'comparing' | 'joining';
  /** How much of the log is replayed, as a position: the mean over the partitions. */
  position: number;
  /** Where the one that readers see was when this began. */
  target: number;
}

interface RebuildReport {
  model: string;
  generation: number;
  schema: string;
  /** Events that were read and applied or parked in this call. */
  events: number;
  seconds: number;
}

/** What became of it. */
export type RebuildResult = RebuildReport &
  (
    | { outcome: 'stopped' }
    | ({ outcome: 'differs' } & Compared)
    | ({ outcome: 'swapped'; joinedAt: number; lockMs: number; kept: string } & Compared)
  );

export interface Compared {
  /** Position up to which both had everything when they were compared. */
  comparedAt: number;
  /** Whether they were compared once more under the lock, at the joining position itself. */
  comparedAtJoin: boolean;
  tables: readonly TableComparison[];
  parkedEvents: number;
}
