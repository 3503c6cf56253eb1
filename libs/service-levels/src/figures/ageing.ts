import type { PreparedCalendar } from '../calendar/prepared-calendar.js';

/** Age in business days, both ends included; the last is open. */
export const ageingBuckets = ['0-1', '2-3', '4-5', '6-10', '11-20', '>20'] as const;
export type AgeingBucket = (typeof ageingBuckets)[number];

const lastDays: readonly number[] = [1, 3, 5, 10, 20];

export function bucketOf(businessDays: number): AgeingBucket {
  const i = lastDays.findIndex((last) => businessDays <= last);
  return ageingBuckets[i < 0 ? ageingBuckets.length - 1 : i]!;
}

/** Working dates after the local date of the start, up to and including that of `nowMs`: as a target in business days counts. */
export function ageInBusinessDays(calendar: PreparedCalendar, startMs: number, nowMs: number): number {
  return calendar.workingDaysIn(calendar.dayAt(startMs), calendar.dayAt(nowMs));
}

/** The open cases in each bucket, oldest bucket last; a bucket without cases is there too. */
export function ageing<Id extends string>(
  open: readonly { id: Id; startMs: number }[],
  calendar: PreparedCalendar,
  nowMs: number,
): { bucket: AgeingBucket; ids: Id[] }[] {
  const rows = ageingBuckets.map((bucket) => ({ bucket, ids: [] as Id[] }));
  for (const { id, startMs } of open) {
    const bucket = bucketOf(ageInBusinessDays(calendar, startMs, nowMs));
    rows.find((row) => row.bucket === bucket)!.ids.push(id);
  }
  return rows;
}
