import type { RecordedEvent } from '#event-sourcing';
import { MAX_BATCH_ATTEMPTS } from './attempts.js';
import type { LogReader } from '#event-store';
import type { Slice } from '#event-feed';

/** Events of one partition without a gap, from a checkpoint on. */
export interface Stretch {
  partition: number;
  events: RecordedEvent[];
  /** Nothing of this partition is missing up to here. */
  reached: number;
  cursor: string | undefined;
}

const REFETCH_PAGE = 1_000;

/**
 * Turns what was handed over into stretches without gap, repeat or disorder: at or below `from` is dropped, and where
 * the chain of previous positions breaks, the store fills in. A long gap comes in several stretches, to be applied one
 * after the other. Rejects where the store does not have what the chain names (it is a replica that lags).
 */
export async function* stretches(store: Pick<LogReader, 'read'>, slice: Slice, from: number): AsyncGenerator<Stretch> {
  const { partition } = slice;
  let reached = from;
  let events: RecordedEvent[] = [];
  async function* fill(upTo: number): AsyncGenerator<Stretch> {
    while (reached < upTo) {
      const page = await store.read({ after: reached, upTo, limit: REFETCH_PAGE, partition });
      const last = page.at(-1);
      if (!last) throw new Error(`the store lacks position ${upTo} of partition ${partition}`);
      events.push(...page);
      reached = last.position;
      if (reached === upTo) return;
      yield { partition, events, reached, cursor: undefined };
      events = [];
    }
  }
  for (const event of slice.events) {
    if (event.position <= reached) continue;
    if (event.previousPosition > reached) yield* fill(event.previousPosition);
    events.push(event);
    reached = event.position;
  }
  if (slice.lastPosition > reached) yield* fill(slice.lastPosition);
  yield { partition, events, reached: Math.max(reached, slice.watermark), cursor: slice.cursor };
}

/** Shares the stretches out over at most so many lanes, so that each has about as many events, and not fewer than `least`. */
export function lanesOf(batch: readonly Stretch[], most: number, least: number): (readonly Stretch[])[] {
  const count = batch.reduce((sum, { events }) => sum + events.length, 0);
  const lanes = Array.from({ length: Math.max(1, Math.min(most, Math.floor(count / least))) }, () => ({
    stretches: [] as Stretch[],
    count: 0,
  }));
  for (const stretch of batch) {
    const emptiest = lanes.reduce((low, lane) => (lane.count < low.count ? lane : low));
    emptiest.stretches.push(stretch);
    emptiest.count += stretch.events.length;
  }
  return lanes.map(({ stretches }) => stretches);
}

const FEWER = 8;

/**
 * How many events of a partition to begin with. A batch that never ended was killed with its process, or kills it: a small
 * one gets further in the first case, and finds the event in the other.
 */
export function sizeAfter(attempts: number, batch: readonly Stretch[]): number {
  const most = Math.max(1, ...batch.map(({ events }) => events.length));
  return Math.max(1, Math.floor(most / FEWER ** Math.max(0, attempts - MAX_BATCH_ATTEMPTS)));
}

/** The first `size` events of each stretch, and what is left; undefined where that is nothing. */
export function split(batch: readonly Stretch[], size: number): [first: readonly Stretch[], rest: readonly Stretch[] | undefined] {
  if (batch.every(({ events }) => events.length <= size)) return [batch, undefined];
  // where the feed reads on is known at a stretch's end alone
  const first = batch.map((stretch) => {
    if (stretch.events.length <= size) return stretch;
    const events = stretch.events.slice(0, size);
    return { partition: stretch.partition, events, reached: events.at(-1)!.position, cursor: undefined };
  });
  const rest = batch.filter(({ events }) => events.length > size).map((stretch) => ({ ...stretch, events: stretch.events.slice(size) }));
  return [first, rest];
}
