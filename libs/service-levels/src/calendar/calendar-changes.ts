import type { LocalDate } from '#event-sourcing';
import type { Calendar } from '../format/format.js';

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
