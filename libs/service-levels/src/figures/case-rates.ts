import type { ComplaintOutcome } from '#event-sourcing';
import { isIn, type Period, type Ratio, ratioOf } from './ratio.js';
import { DAY_MS } from '../calendar/zone.js';

export const REOPENED_WITHIN_DAYS = 30;
export const REPEATED_WITHIN_DAYS = 180;

/** One closing of a case; a case that is closed again has another one. */
export interface Closing<Id extends string = string> {
  id: Id;
  closedMs: number;
  /** Null where it stayed closed. */
  reopenedMs: number | null;
}

/** Of the closings in the period, the share reopened within 30 times 24 hours. */
export function reopenRate<Id extends string>(closings: readonly Closing<Id>[], period: Period): Ratio<Id> {
  const cohort = closings.filter(({ closedMs }) => isIn(period, closedMs));
  const reopened = cohort.filter(({ closedMs, reopenedMs }) => {
    return reopenedMs !== null && reopenedMs - closedMs <= REOPENED_WITHIN_DAYS * DAY_MS;
  });
  return ratioOf(idsOf(reopened), idsOf(cohort));
}

export interface ReceivedCase<Id extends string = string> {
  id: Id;
  client: string;
  /** Null where it is not classified: such a case repeats none and is repeated by none. */
  problem: string | null;
  receivedMs: number;
}

/** Of the cases received in the period, the share that came within 180 times 24 hours after another of the same client and problem. */
export function repeatRate<Id extends string>(cases: readonly ReceivedCase<Id>[], period: Period): Ratio<Id> {
  const latest = new Map<string, number>();
  const repeats: Id[] = [];
  const cohort: Id[] = [];
  for (const { id, client, problem, receivedMs } of cases.toSorted((a, b) => a.receivedMs - b.receivedMs)) {
    const key = problem === null ? undefined : JSON.stringify([client, problem]);
    const before = key === undefined ? undefined : latest.get(key);
    if (isIn(period, receivedMs)) {
      cohort.push(id);
      if (before !== undefined && receivedMs - before <= REPEATED_WITHIN_DAYS * DAY_MS) repeats.push(id);
    }
    if (key !== undefined) latest.set(key, receivedMs);
  }
  return ratioOf(repeats, cohort);
}

/** Of the cases decided in the period, the share upheld or partly upheld. */
export function upholdRate<Id extends string>(
  decisions: readonly { id: Id; outcome: ComplaintOutcome; decidedMs: number }[],
  period: Period,
): Ratio<Id> {
  const decided = decisions.filter(({ decidedMs }) => isIn(period, decidedMs));
  return ratioOf(idsOf(decided.filter(({ outcome }) => outcome !== 'rejected')), idsOf(decided));
}

const idsOf = <Id extends string>(rows: readonly { id: Id }[]): Id[] => rows.map(({ id }) => id);
