import { type Calendar, type HandbookEdition, type ServicePromise, type Window, weekdays } from '../format/format.js';
import { DAY_MS } from '../calendar/zone.js';
import { Place } from '../format/format-faults.js';
import type { PublishingFault } from './handbook-events.js';
import { equallySpecific, uncoveredProcesses } from './promise-overlap.js';

/** A deadline further away than this is one that never comes. */
const HORIZON_DAYS = 36_525;

export type Calendars = Readonly<Record<string, Calendar>>;

/**
 * What is wrong with a well-formed edition under these calendars: missing calendars, targets that no window can meet,
 * two equally specific promises. Coverage is a matter of publishing: `coverageFaults`.
 */
export function handbookFaults({ promises }: Pick<HandbookEdition, 'promises'>, calendars: Calendars, pointer = ''): PublishingFault[] {
  const faults: PublishingFault[] = [];
  const place = new Place(pointer, faults).at('promises');
  promises.forEach((promise, i) => {
    // a calendar may be called like a member that every object has
    const calendar = Object.hasOwn(calendars, promise.calendar) ? calendars[promise.calendar] : undefined;
    if (!calendar) place.at(i).at('calendar').fault('calendar-missing');
    else if (isNeverMet(promise, calendar)) place.at(i).at('target').fault('target-never-met');
  });
  for (const [i, verdict] of equallySpecific(promises)) {
    place.at(i).fault(verdict === 'clash' ? 'promises-equally-specific' : 'too-intricate');
  }
  return faults;
}

/** For each process that the edition claims to cover: does every case find a promise of a resolution? */
export function coverageFaults({ promises, covers = [] }: Pick<HandbookEdition, 'promises' | 'covers'>, pointer = ''): PublishingFault[] {
  const faults: PublishingFault[] = [];
  const place = new Place(pointer, faults).at('covers');
  for (const [i, verdict] of uncoveredProcesses(promises, covers)) place.at(i).fault(verdict === 'gap' ? 'coverage-gap' : 'too-intricate');
  return faults;
}

// Special dates end some day, so only the weekly pattern can be relied on.
function isNeverMet({ target }: ServicePromise, calendar: Calendar): boolean {
  const days = weekdays.map((day) => calendar.week[day] ?? []);
  const weeks = HORIZON_DAYS / 7;
  switch (target.kind) {
    case 'businessMinutes':
      return target.minutes > weeks * sum(days.flat().map(minutesOf));
    case 'businessDays':
      return target.days > weeks * days.filter((windows) => windows.length > 0).length;
    case 'calendarDays':
      return target.roll === 'following_business_day' && days.every((windows) => windows.length === 0);
  }
}

function minutesOf([open, close]: Window): number {
  const at = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return at(close) > at(open) ? at(close) - at(open) : at(close) - at(open) + DAY_MS / 60_000;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
