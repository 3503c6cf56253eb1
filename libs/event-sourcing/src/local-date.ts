import type { Instant, LocalDate } from './values.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The local date of an instant in an IANA zone. Throws a RangeError for an unknown zone. */
export function toLocalDate(at: Instant, zone: string): LocalDate {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(zone, format);
  }
  return format.format(new Date(at));
}
