import type { DayNumber } from '../calendar/zone.js';
import type { PreparedCalendar } from '../calendar/prepared-calendar.js';

/** Age in business days, both ends included; the last is open. */
export const ageingBuckets = ['0-1', '2-3', '4-5', '6-10', '11-20', '>20'] as const;
export type AgeingBucket = (typeof ageingBuckets)[number];

const lastDays: readonly number[] = [1, 3, 5, 10, 20];

export function bucketOf(businessDays: number): AgeingBucket {
  const i = lastDays.findIndex((last) => businessDays <= last);
  return ageingBuckets[i < 0 ? ageingBuckets.length - 1 : i]!;
}

/** Working dates after the local date of the start, up to and including today: as a target in business days counts. */
export const ageInBusinessDays = (calendar: PreparedCalendar, started: DayNumber, today: DayNumber): number =>
  calendar.workingDaysIn(started, today);
