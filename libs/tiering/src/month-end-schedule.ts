import { addDays, addMonths, type LocalDate, monthEnds } from '#event-sourcing';
import type { Run } from './runs.js';

/** Firm-local time of the next day from which a month end is evaluated, when the files of the night have come. */
const EVALUATE_AT = '06:00';
/** A month end that was made within this of its day was made because it was over. */
const MONTHS_IN_TIME = 2;

/**
 * Month ends that are over and not made, and those that were begun. History is made when somebody asks for it: a keeper goes
 * on from the last month end that was made when it was over, and begins with the one that is over.
 */
export function dueMonthEnds(
  made: readonly Run[],
  firstRules: LocalDate,
  { date, time }: { date: LocalDate; time: string },
  evaluateAt = EVALUATE_AT,
): LocalDate[] {
  const over = addDays(date, time >= evaluateAt ? -1 : -2);
  const unfinished = made.filter(({ finishedAt }) => finishedAt === null).map(({ on }) => on);
  const done = new Set(made.filter(({ finishedAt }) => finishedAt !== null).map(({ on }) => on));
  const inTime = made.findLast(({ on, finishedAt }) => finishedAt !== null && finishedAt.slice(0, 10) <= addMonths(on, MONTHS_IN_TIME));
  const ends = monthEnds(inTime ? addDays(inTime.on, 1) : addDays(addMonths(over, -1), 1), over);
  return [...new Set([...unfinished, ...ends.filter((end) => end >= firstRules && !done.has(end))])].sort();
}

/** Month ends that are to be evaluated for `asOf` to be up to date, after those that are finished. */
export function datesToEvaluate(made: readonly Run[], firstRules: LocalDate, from: LocalDate | undefined, asOf: LocalDate): LocalDate[] {
  const unfinished = made.filter(({ finishedAt }) => finishedAt === null).map(({ on }) => on);
  const last = made.filter(({ finishedAt }) => finishedAt !== null).at(-1)?.on;
  const start = from ?? (last === undefined ? firstRules : addDays(last, 1));
  const done = new Set(made.filter(({ finishedAt }) => finishedAt !== null).map(({ on }) => on));
  return [...new Set([...unfinished, ...monthEnds(start > firstRules ? start : firstRules, asOf)])].filter((on) => !done.has(on)).sort();
}
