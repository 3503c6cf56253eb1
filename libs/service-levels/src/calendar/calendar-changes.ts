import type { LocalDate } from '#event-sourcing';
import { type Calendar, type Weekday, weekdays } from '../format/format.js';
import { closedDays, closedWithout } from './closed-days.js';

/** What a revision adds to the days of a calendar: facts of `calendarRevised` in the words of what-if files. */
export interface AddedDays {
  closed?: readonly string[];
  special?: Calendar['special'];
}

export interface CalendarChanges extends AddedDays {
  /** Another IANA zone: its hours are meant in that one. */
  zone?: string;
  /** Replaces the weekly pattern. */
  week?: Calendar['week'];
  knownUntil?: LocalDate;
  /** Closed dates or ranges taken back. */
  reopened?: readonly string[];
}

/** The calendar as it is once it is revised. */
export function withChanges(current: Calendar, { zone, closed = [], reopened = [], special, week, knownUntil }: CalendarChanges): Calendar {
  return tidy({
    ...current,
    ...(zone !== undefined && { zone }),
    ...(week && { week }),
    closed: [...closedWithout(current.closed ?? [], reopened), ...closed],
    special: { ...current.special, ...special },
    ...(knownUntil !== undefined && { knownUntil }),
  });
}

/** Days that a revision added. */
export function addedBy(before: Calendar, after: Calendar): AddedDays {
  const closed = closedWithout(after.closed ?? [], before.closed ?? []);
  const special = Object.entries(after.special ?? {}).filter(([date, windows]) => !isSame(before.special?.[date], windows));
  return { ...(closed.length > 0 && { closed }), ...(special.length > 0 && { special: Object.fromEntries(special) }) };
}

/** One spelling for one calendar: days in order, nothing stated twice, no empty members. */
export function tidy({ zone, week, closed = [], special = {}, knownUntil }: Calendar): Calendar {
  const days = weekdays.flatMap((day): [Weekday, NonNullable<Calendar['week'][Weekday]>][] => {
    const windows = week[day] ?? [];
    return windows.length > 0 ? [[day, windows.toSorted(([a], [b]) => (a < b ? -1 : 1))]] : [];
  });
  const dates = Object.entries(special).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    zone,
    week: Object.fromEntries(days),
    ...(closed.length > 0 && { closed: closedDays(closed) }),
    ...(dates.length > 0 && { special: Object.fromEntries(dates) }),
    ...(knownUntil !== undefined && { knownUntil }),
  };
}

// tidy calendars are the same if they are spelled the same
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
