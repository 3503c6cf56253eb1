import type { LogReader } from '#event-store';
import type { FedEvent, FeedConsumer, Slice } from './feed.js';

export interface ReplayOptions {
  reader: Pick<LogReader, 'readPart'>;
  consumer: FeedConsumer;
  /** The partitions to replay, each up to its own position. */
  upTo: ReadonlyMap<number, number>;
  /** Types that concern the consumer in no way. */
  exceptTypes?: readonly string[];
  pageSize?: number;
  /** After each page: the events in it, and how far the log is replayed. */
  onPage?: (events: number, reached: number) => void;
}

const PAGE_SIZE = 2_000;
/** Positions that one statement looks through at most, so that none of them takes long where few events are wanted. */
const WINDOW = 20_000;

/**
 * Hands over some partitions from the consumer's checkpoints to given positions, then resolves; early once `signal`
 * aborts. Each page is a statement of its own, and the next is read while one is applied. Rejects as the consumer does.
 */
export async function replayLog(options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { reader, consumer, upTo, exceptTypes = [], pageSize = PAGE_SIZE } = options;
  const checkpoints = await consumer.checkpoints([...upTo.keys()]);
  const last = new Map([...upTo.keys()].map((partition) => [partition, checkpoints.get(partition)?.position ?? 0]));
  const behind = [...upTo].filter(([partition, end]) => end > last.get(partition)!);
  if (behind.length === 0) return;
  const partitions = behind.map(([partition]) => partition);
  const end = Math.max(...behind.map(([, position]) => position));
  const readFrom = async (after: number) => {
    const windowEnd = Math.min(after + WINDOW, end);
    const events = await reader.readPart({ after, upTo: windowEnd, limit: pageSize, partitions, exceptTypes });
    return { events, reached: events.length === pageSize ? events.at(-1)!.position : windowEnd };
  };
  const prefetch = (after: number) => {
    const page = readFrom(after);
    page.catch(() => undefined); // rejects where it is awaited, or nobody wants it any more
    return page;
  };
  let next = prefetch(Math.min(...partitions.map((partition) => last.get(partition)!)));
  while (!signal.aborted) {
    const { events, reached } = await next;
    if (reached < end) next = prefetch(reached);
    const wanted = new Map(partitions.map((partition): [number, FedEvent[]] => [partition, []]));
    for (const event of events) {
      const { partition, position } = event;
      const previousPosition = last.get(partition)!;
      if (position <= previousPosition || position > upTo.get(partition)!) continue;
      wanted.get(partition)!.push({ previousPosition, ...event });
      last.set(partition, position);
    }
    const slices: Slice[] = [...wanted].map(([partition, own]) => {
      const watermark = Math.min(reached, upTo.get(partition)!);
      return { partition, events: own, watermark, lastPosition: last.get(partition)! };
    });
    await consumer.consume(slices);
    options.onPage?.(events.length, reached);
    if (reached >= end) return;
  }
}
