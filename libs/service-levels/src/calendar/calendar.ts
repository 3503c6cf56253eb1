import {
  type Decider,
  DomainError,
  type EventDefinitions,
  firmStream,
  type LocalDate,
  type ProblemTitle,
  type StreamRef,
} from '#event-sourcing';
import { type AddedDays, addedBy, type CalendarChanges, isSame, tidy, withChanges } from './calendar-changes.js';
import type { Calendar } from '../format/format.js';
import { checkCalendar } from '../format/format-checks-calendar.js';

export type CalendarEvent =
  | {
      type: 'CalendarPublished';
      data: { name: string; calendarVersion: number; calendar: Calendar; effectiveFrom: LocalDate; sourceNotice: string };
    }
  /** Repeats the whole calendar as it is from here on, so that a reader needs nothing else. */
  | {
      type: 'CalendarRevised';
      data: {
        name: string;
        calendarVersion: number;
        calendar: Calendar;
        added: AddedDays;
        effectiveFrom: LocalDate;
        sourceNotice: string;
      };
    };

export type CalendarCommand =
  | { type: 'PublishCalendar'; name: string; calendar: Calendar; effectiveFrom: LocalDate; sourceNotice: string }
  | { type: 'ReviseCalendar'; changes: CalendarChanges; effectiveFrom: LocalDate; sourceNotice: string };

export const CALENDAR_NAME = '^[A-Z][A-Z0-9_-]{0,39}$';

export type CalendarState = { version: 0 } | { version: number; name: string; calendar: Calendar };

export const calendar: Decider<CalendarState, CalendarCommand, CalendarEvent> = {
  kind: 'calendar',
  initial: { version: 0 },
  decide(command, state): CalendarEvent[] {
    switch (command.type) {
      case 'PublishCalendar': {
        const { type: _type, calendar: stated, ...data } = command;
        const published = tidy(stated);
        if ('name' in state) {
          if (isSame(state.calendar, published)) return []; // a repeat changes nothing
          throw refusal('calendar-already-published', ['/name']);
        }
        return [{ type: 'CalendarPublished', data: { ...data, calendarVersion: 1, calendar: published } }];
      }
      case 'ReviseCalendar': {
        if (!('name' in state)) throw refusal('calendar-not-published');
        const { changes, effectiveFrom, sourceNotice } = command;
        const revised = withChanges(state.calendar, changes);
        if (isSame(state.calendar, revised)) return [];
        checkOverlaps(revised);
        const data = { name: state.name, calendarVersion: state.version + 1, calendar: revised, effectiveFrom, sourceNotice };
        return [{ type: 'CalendarRevised', data: { ...data, added: addedBy(state.calendar, revised) } }];
      }
    }
  },
  evolve(_state, { data: { name, calendarVersion, calendar } }): CalendarState {
    return { version: calendarVersion, name, calendar };
  },
};

// What the changes say is well formed by now; together with what was there, windows may run into each other.
function checkOverlaps(revised: Calendar): void {
  const checked = checkCalendar(revised, '/changes');
  if ('faults' in checked)
    throw refusal(
      'calendar-not-sound',
      checked.faults.map(({ pointer }) => pointer),
    );
}

const published = { name: 'P1', calendarVersion: 'P1', calendar: 'P1', effectiveFrom: 'P1', sourceNotice: 'P1' } as const;

export const calendarEvents: EventDefinitions<CalendarEvent> = {
  CalendarPublished: { version: 1, fields: published },
  CalendarRevised: { version: 1, fields: { ...published, added: 'P1' } },
};

export const calendarProblems = {
  'calendar-already-published': { en: 'There is a calendar of this name', zh: '同名日历已发布' },
  'calendar-not-published': { en: 'There is no calendar of this name', zh: '日历尚未发布' },
  'calendar-not-sound': {
    en: 'With this change, windows of the calendar overlap or days are too many',
    zh: '变更后日历的时段重叠或日期过多',
  },
} as const satisfies Record<string, ProblemTitle>;
const refusal = DomainError.of(calendarProblems);

/** A calendar is found by its name, and a name is therefore unique. */
export const calendarStream = (name: string): StreamRef => firmStream('calendar', `calendar|${name}`);
