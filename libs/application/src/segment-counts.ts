import type { BranchCount, SegmentQuery } from '#clients';
import { derivedId, type LocalDate, type Uuid } from '#event-sourcing';
import { createHash } from 'node:crypto';
import { ALL_BRANCHES, type CommandContext } from './command.js';
import { CommandRunner } from './command-runner.js';
import { changeSegment } from './segment.handler.js';

/** What counting needs of the read models. */
export interface SegmentCounting {
  /** Segments in use that were not counted on a day yet. */
  uncounted(on: LocalDate): Promise<readonly { segmentId: Uuid; query: SegmentQuery }[]>;
  /** How many clients of each branch belong to one, of a day. */
  countOf(query: SegmentQuery, on: LocalDate): Promise<readonly BranchCount[]>;
}

const COUNTER = { subject: 'timekeeper', role: 'system', branchScope: ALL_BRANCHES };

/**
 * Counts every segment in use for a day, once: what was counted before is left alone, so that a run that was cut off is
 * simply run again. Answers how many were counted now.
 */
export async function countSegments(
  runner: CommandRunner,
  counting: SegmentCounting,
  on: LocalDate,
  signal = new AbortController().signal,
): Promise<number> {
  let counted = 0;
  for (const { segmentId, query } of await counting.uncounted(on)) {
    if (signal.aborted) break;
    const branches = await counting.countOf(query, on);
    const result = await changeSegment(runner, segmentId, { type: 'CountSegment', on, branches }, contextOf(segmentId, on));
    if (!result.replayed && result.events.length > 0) counted++;
  }
  return counted;
}

function contextOf(segmentId: Uuid, on: LocalDate): CommandContext {
  const commandId = derivedId(segmentId, `count|${on}`);
  return {
    ...{ commandId, correlationId: commandId, keepOutcome: 'forever', principal: COUNTER, now: new Date().toISOString() },
    // the day alone: counted again it may be another number, and is the same command
    requestHash: createHash('sha256').update(`count|${segmentId}|${on}`).digest('hex'),
  };
}
