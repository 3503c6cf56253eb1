import type { AgeingSubject, OpenCases } from '#read-models';
import { ageInBusinessDays, ageingBuckets, bucketOf, dateOf, dayOf, type DayNumber, type PreparedCalendar } from '#service-levels';
import { addressOf } from './compliance-cells.js';

/** Days of receipt whose cases are in one bucket today; an end that is absent is open. */
export interface BucketDays {
  bucket: (typeof ageingBuckets)[number];
  from?: DayNumber;
  to?: DayNumber;
}

/** No calendar is looked back on further: what is older is in the bucket that was reached. */
const LOOK_BACK_DAYS = 3_660;

/** The days of each bucket, youngest first. A case gets older with every working day, so each is one stretch of days. */
export function daysOfBuckets(calendar: PreparedCalendar, today: DayNumber): BucketDays[] {
  const days: BucketDays[] = [];
  for (let day = today; day > today - LOOK_BACK_DAYS; day--) {
    const bucket = bucketOf(ageInBusinessDays(calendar, day, today));
    const last = days.at(-1);
    if (last?.bucket === bucket) continue;
    if (last) last.from = day + 1;
    days.push({ bucket, ...(last && { to: day }) });
    if (bucket === ageingBuckets.at(-1)) break;
  }
  return days;
}

export interface AgeingRow {
  group: Record<string, string | null>;
  open: number;
  buckets: { bucket: string; open: number; drillDown: string }[];
  undated: { open: number; drillDown: string };
}

/** One row a group, each with every bucket. */
export function ageingRows(
  of: AgeingSubject,
  by: string | undefined,
  cases: readonly OpenCases[],
  days: readonly BucketDays[],
): AgeingRow[] {
  const values = [...new Set(cases.map(({ value }) => value))];
  return values.map((value) => {
    const own = cases.filter((one) => one.value === value);
    const at = (parameters: object): string => addressOf(`/v1/${of}`, { open: 'yes', ...groupParameters(by, value), ...parameters });
    const openIn = (wanted: (day: DayNumber | null) => boolean): number =>
      own.reduce((sum, { receivedOn, open }) => sum + (wanted(receivedOn === null ? null : dayOf(receivedOn)) ? open : 0), 0);
    const buckets = ageingBuckets.map((bucket) => {
      const range = days.find((one) => one.bucket === bucket);
      if (!range) return { bucket, open: 0, drillDown: at({ receivedFrom: '2200-12-31' }) }; // a calendar that never gets there
      const { from, to } = range;
      const open = openIn((day) => day !== null && (from === undefined || day >= from) && (to === undefined || day <= to));
      const dates = { receivedFrom: from === undefined ? undefined : dateOf(from), receivedTo: to === undefined ? undefined : dateOf(to) };
      return { bucket, open, drillDown: at({ ...dates, undated: from === undefined && to === undefined ? 'no' : undefined }) };
    });
    const undated = { open: openIn((day) => day === null), drillDown: at({ undated: 'yes' }) };
    return { group: by === undefined ? {} : { [by]: value }, open: openIn(() => true), buckets, undated };
  });
}

const groupParameters = (by: string | undefined, value: string | null): object => {
  if (by === undefined) return {};
  return value === null ? { without: by } : { [by]: value };
};
