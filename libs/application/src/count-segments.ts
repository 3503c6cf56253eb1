import { type BranchCount, segment, type SegmentEvent, segmentStream } from '#clients';
import { derivedId, fold, type LocalDate, type Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import type { CommandContext } from './command.js';
import { metadataOfEvent, PlainCodec } from './event-codec.js';
import { eventRegistry } from './event-registry.js';
import { ownCommand, requestHashOf, systemPart } from './own-command.js';

/** What counting needs of the read models. */
export interface SegmentCounting<Segment extends { segmentId: Uuid }> {
  /** Segments in use that were not counted on a day yet. */
  uncounted(on: LocalDate): Promise<readonly Segment[]>;
  /** How many clients of each branch belong to one, of a day. */
  countOf(segment: Segment, on: LocalDate): Promise<readonly BranchCount[]>;
}

const COUNTER = systemPart('segment-counter');

/**
 * Counts every segment in use for a day, once: what was counted before is left alone, so that a run that was cut off is
 * simply run again. Answers how many were counted now. A segment names no person, so no key is needed.
 */
export async function countSegments<Segment extends { segmentId: Uuid }>(
  store: Pick<EventStore, 'load' | 'append'>,
  counting: SegmentCounting<Segment>,
  on: LocalDate,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const codec = new PlainCodec(eventRegistry);
  let counted = 0;
  for (const one of await counting.uncounted(on)) {
    if (signal.aborted) break;
    const branches = await counting.countOf(one, on);
    const stream = segmentStream(one.segmentId);
    const rows = await store.load(stream.id);
    const state = fold(
      segment,
      rows.map((row) => codec.decodeOne<SegmentEvent>(row, undefined)),
    );
    const events = segment.decide({ type: 'CountSegment', on, branches }, state);
    if (events.length === 0) continue;
    const context = contextOf(one.segmentId, on);
    const encoded = events.map((event) => codec.encodeOne(event, undefined, metadataOfEvent(rows[0]!).branchId, context));
    const outcome = await store.append({ ...context, stream, expectedVersion: rows.length, events: encoded });
    // another counter, or a person who renamed it, was there: the next run looks again
    if (outcome.kind === 'accepted') counted++;
  }
  return counted;
}

function contextOf(segmentId: Uuid, on: LocalDate): CommandContext {
  return ownCommand({
    commandId: derivedId(segmentId, `count|${on}`),
    principal: COUNTER,
    now: new Date().toISOString(),
    // the day alone: counted again it may be another number, and is the same command
    requestHash: requestHashOf(`count|${segmentId}|${on}`),
  });
}
