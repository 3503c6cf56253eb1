import type { FedEvent, Slice } from '#event-feed';
import { PARTITION_COUNT, type RecordedEvent } from '#event-sourcing';

export const EVERY_PARTITION = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** As a feed would hand it over: with the position of the event before it in its partition. */
export function chained(events: readonly RecordedEvent[]): FedEvent[] {
  const last = new Map<number, number>();
  return events.map((event) => {
    const previousPosition = last.get(event.partition) ?? 0;
    last.set(event.partition, event.position);
    return { ...event, previousPosition };
  });
}

/** These events as slices, each partition's in the order given. The watermark claims no more than the events do. */
export function slicesOf(events: readonly FedEvent[]): Slice[] {
  return [...new Set(events.map(({ partition }) => partition))].map((partition) => {
    const own = events.filter((event) => event.partition === partition);
    const top = Math.max(...own.map(({ position }) => position));
    return { partition, events: own, watermark: top, lastPosition: top };
  });
}

/** What a feed says when it has handed over everything up to there. */
export const everythingUpTo = (log: readonly FedEvent[], watermark: number): Slice[] =>
  EVERY_PARTITION.map((partition) => ({
    partition,
    events: [],
    watermark,
    lastPosition: log.filter((event) => event.partition === partition && event.position <= watermark).at(-1)?.position ?? 0,
  }));
