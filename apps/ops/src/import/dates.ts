import { Temporal } from 'temporal-polyfill';
import type { LocalDate, When } from '#event-sourcing';
import { refuse } from './source.js';

const midnights = new Map<string, string>();

/** A fact known by its date: its instant is that midnight in the source's zone, and no time of day is made up. */
export function onDay(date: LocalDate, zone: string): When {
  const known = `${date} ${zone}`;
  let at = midnights.get(known);
  if (at === undefined) {
    const start = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone });
    at = new Date(start.epochMilliseconds).toISOString();
    midnights.set(known, at);
  }
  return { precision: 'day', at, date, zone };
}

/** A fact that the source does not date: it takes part in no time figure and sorts where `near` is. */
export const undated = (near: When): When => ({ precision: 'unknown', at: near.at });

/** A real date of the years 1900 to 2200; refuses the row otherwise. */
export function localDate(year: number, month: number, day: number, column: string): LocalDate {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  const real = Number.isInteger(time) && new Date(time).toISOString().startsWith(text);
  return real && year >= 1900 && year <= 2200 ? text : refuse('no-such-date', column);
}
