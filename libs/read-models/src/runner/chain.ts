import type { RecordedEvent } from '#event-sourcing';
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
