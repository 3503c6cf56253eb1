import type { Instant, LocalDate } from './values.js';

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

/** The local date of an instant in an IANA zone. Throws a RangeError for an unknown zone. */
export function toLocalDate(at: Instant, zone: string): LocalDate {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(zone, format);
  }
  return format.format(new Date(at));
}

/** Days since 1970-01-01. Local dates have no clock, so arithmetic in UTC is exact. */
export const dayNumberOf = (date: LocalDate): number => Date.parse(date) / DAY_MS;

export const dateOfDayNumber = (day: number): LocalDate => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Whole days of `[from, to)`; negative where `to` lies before `from`. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => dayNumberOf(to) - dayNumberOf(from);

export const addDays = (date: LocalDate, days: number): LocalDate => dateOfDayNumber(dayNumberOf(date) + days);

/** The same day so many calendar months later (earlier where negative), or that month's last day where it has no such day. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(day, lastDay))).toISOString().slice(0, 10);
}

/** The last day of the date's month. */
export const monthEnd = (date: LocalDate): LocalDate => addDays(addMonths(`${date.slice(0, 7)}-01`, 1), -1);

/** Every month's last day within `[from, to]`, ascending. */
export function monthEnds(from: LocalDate, to: LocalDate): LocalDate[] {
  const ends: LocalDate[] = [];
  for (let end = monthEnd(from); end <= to; end = monthEnd(addDays(end, 1))) ends.push(end);
  return ends;
}
