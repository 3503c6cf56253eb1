import type { LocalDate } from '#event-sourcing';
import type { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { DAY_MS, dateOf } from '../calendar/zone.js';

/**
 * When a return is due: day `dayOfMonth` (1-31) of the month after the one in which the period ends, the last day where that
 * month is shorter, and on a non-working date the next working date. A local date; `provisional` beyond the calendar's last
 * known date. Undefined where no working date follows.
 */
export function filingDate(
  periodEnd: LocalDate,
  dayOfMonth: number,
  calendar: PreparedCalendar,
): { date: LocalDate; provisional: boolean } | undefined {
  const [year, month] = periodEnd.split('-').map(Number) as [number, number, number];
  const first = Date.UTC(year, month, 1) / DAY_MS; // months count from 0, so this is the month after
  const last = Date.UTC(year, month + 1, 1) / DAY_MS - 1;
  const day = calendar.workingDayFrom(Math.min(first + dayOfMonth - 1, last));
  return day === undefined ? undefined : { date: dateOf(day), provisional: day > calendar.knownUntilDay };
}

/** The last date of the month, the quarter or the year that a date lies in. */
export function periodEndOf(date: LocalDate, months: 1 | 3 | 12): LocalDate {
  const [year, month] = date.split('-').map(Number) as [number, number, number];
  const next = Date.UTC(year, Math.ceil(month / months) * months, 1) / DAY_MS;
  return dateOf(next - 1);
}
