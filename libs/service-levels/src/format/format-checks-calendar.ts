import type { CalendarChanges } from '../calendar/calendar-changes.js';
import { type Calendar, type Weekday, weekdays } from './format.js';
import { aDate, aList, anObject, dateAfter, has, isRealDate, type Members, membersOf, within } from './format-checks-values.js';
import { dayOf, isZone } from '../calendar/zone.js';
import { type FormatFault, Place } from './format-faults.js';

export const MAX_WINDOWS_PER_DAY = 48;
export const MAX_CLOSED_ENTRIES = 5_000;
export const MAX_SPECIAL_DATES = 5_000;
/** Longest single range, and all of a calendar's together: a century. */
export const MAX_RANGE_DAYS = 3_660;
export const MAX_CLOSED_DAYS = 36_600;
export const OPEN_PATTERN = '^([01][0-9]|2[0-3]):[0-5][0-9]$';
export const CLOSE_PATTERN = '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';
export const CLOSED_PATTERN = '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\\.\\.([0-9]{4}-[0-9]{2}-[0-9]{2}))?$';
const open = new RegExp(OPEN_PATTERN);
const close = new RegExp(CLOSE_PATTERN);
const closing = new RegExp(CLOSED_PATTERN);
const DAY_MINUTES = 1_440;

/** A window in minutes after the local midnight of its day; `to` passes 1,440 where it ends on the next day. */
interface Span {
  from: number;
  to: number;
  index: number;
}

interface Closing {
  from: string;
  to: string;
}

/** What the checks know of a calendar: enough to see whether two windows overlap on any date. */
interface KnownCalendar {
  week: ReadonlyMap<Weekday, readonly Span[]>;
  special: Map<string, readonly Span[]>;
  closed: Closing[];
}

/** Faults of one calendar, each with its pointer below `pointer`. */
export function checkCalendar(value: unknown, pointer = ''): { calendar: Calendar } | { faults: FormatFault[] } {
  const faults: FormatFault[] = [];
  calendarIn(value, new Place(pointer, faults));
  return faults.length > 0 ? { faults } : { calendar: value as Calendar };
}

/** Faults of what a revision states: `closed`, `special`, `week`, `knownUntil`, `zone`, and `reopened`, the closed dates taken back. */
export function checkCalendarChanges(value: unknown, pointer = ''): { changes: CalendarChanges } | { faults: FormatFault[] } {
  const faults: FormatFault[] = [];
  const place = new Place(pointer, faults);
  const members = membersOf(value, place, [], ['closed', 'special', 'week', 'knownUntil', 'reopened', 'zone']);
  if (members) {
    within(members, 'zone', place, aZone);
    within(members, 'week', place, weekIn);
    within(members, 'knownUntil', place, aDate);
    within(members, 'reopened', place, closedIn);
    // overlaps with what the calendar has by now are for its decision
    daysIn(members, place, { week: new Map(), special: new Map(), closed: [] });
  }
  return faults.length > 0 ? { faults } : { changes: value as CalendarChanges };
}

export function calendarIn(value: unknown, place: Place): KnownCalendar | undefined {
  const members = membersOf(value, place, ['zone', 'week'], ['closed', 'special', 'knownUntil']);
  if (!members) return undefined;
  within(members, 'zone', place, aZone);
  within(members, 'knownUntil', place, aDate);
  const week = within(members, 'week', place, weekIn) ?? new Map<Weekday, readonly Span[]>();
  const known: KnownCalendar = { week, special: new Map(), closed: [] };
  daysIn(members, place, known);
  return known;
}

/** Reads `closed` and `special` of a calendar, or what a revision adds to one, into what is known of it. */
export function daysIn(members: Members, place: Place, known: KnownCalendar): void {
  known.closed.push(...(within(members, 'closed', place, closedIn) ?? []));
  const added = within(members, 'special', place, specialIn) ?? new Map<string, readonly Span[]>();
  for (const [date, spans] of added) known.special.set(date, spans);
  for (const date of added.keys()) specialOverlaps(date, place.at('special').at(date), known, added);
}

export function aZone(value: unknown, place: Place): void {
  if (typeof value !== 'string') place.fault('wrong-type');
  else if (!isZone(value)) place.fault('unknown-zone');
}

function weekIn(value: unknown, place: Place): Map<Weekday, readonly Span[]> | undefined {
  const members = membersOf(value, place, [], weekdays);
  if (!members) return undefined;
  const week = new Map<Weekday, readonly Span[]>();
  for (const day of weekdays) {
    const spans = within(members, day, place, windowsIn);
    if (spans) week.set(day, spans);
  }
  weekdays.forEach((day, i) => {
    const before = week.get(weekdays[(i + 6) % 7]!);
    for (const index of beginningBefore(tailOf(before ?? []), week.get(day) ?? [])) place.at(day).at(index).fault('windows-overlap');
  });
  return week;
}

/** The windows of one day that are well formed; overlaps among them are faults. */
function windowsIn(value: unknown, place: Place): readonly Span[] {
  const spans: Span[] = [];
  aList(value, place, 0, MAX_WINDOWS_PER_DAY)?.forEach((item, index) => {
    const pair = aList(item, place.at(index), 2, 2);
    if (pair?.length !== 2) return;
    const from = wallTime(pair[0], place.at(index).at(0), open);
    const until = wallTime(pair[1], place.at(index).at(1), close);
    if (from !== undefined && until !== undefined) spans.push({ from, to: until > from ? until : until + DAY_MINUTES, index });
  });
  const sorted = spans.toSorted((a, b) => a.from - b.from || a.index - b.index);
  let end = -1;
  for (const span of sorted) {
    if (span.from < end) place.at(span.index).fault('windows-overlap');
    end = Math.max(end, span.to);
  }
  return sorted;
}

function wallTime(value: unknown, place: Place, pattern: RegExp): number | undefined {
  if (typeof value !== 'string') place.fault('wrong-type');
  else if (!pattern.test(value)) place.fault('bad-format');
  else return Number(value.slice(0, 2)) * 60 + Number(value.slice(3));
  return undefined;
}

/** How many minutes of the next day the windows of a day take. */
const tailOf = (spans: readonly Span[]): number => Math.max(0, ...spans.map(({ to }) => to - DAY_MINUTES));

const beginningBefore = (minute: number, spans: readonly Span[]): number[] =>
  spans.filter(({ from }) => from < minute).map(({ index }) => index);

function closedIn(value: unknown, place: Place): Closing[] {
  const closed: Closing[] = [];
  let total = 0;
  aList(value, place, 0, MAX_CLOSED_ENTRIES)?.forEach((item, i) => {
    const range = rangeIn(item, place.at(i));
    if (!range) return;
    const days = dayOf(range.to) - dayOf(range.from) + 1;
    total += days;
    if (days > MAX_RANGE_DAYS) place.at(i).fault('too-long');
    else closed.push(range);
  });
  if (total > MAX_CLOSED_DAYS) place.fault('too-many');
  return closed;
}

function rangeIn(value: unknown, place: Place): Closing | undefined {
  if (typeof value !== 'string') {
    place.fault('wrong-type');
    return undefined;
  }
  const match = closing.exec(value);
  const from = match?.[1];
  const to = match?.[2] ?? from;
  if (from === undefined || to === undefined) place.fault('bad-format');
  else if (!isRealDate(from) || !isRealDate(to)) place.fault('not-a-date');
  else if (to < from) place.fault('ends-before-it-starts');
  else return { from, to };
  return undefined;
}

function specialIn(value: unknown, place: Place): Map<string, readonly Span[]> | undefined {
  const object = anObject(value, place);
  if (!object) return undefined;
  const dates = Object.keys(object);
  if (dates.length > MAX_SPECIAL_DATES) {
    place.fault('too-many');
    return undefined;
  }
  const special = new Map<string, readonly Span[]>();
  for (const date of dates.filter((name) => has(object, name))) {
    if (aDate(date, place.at(date)) !== undefined) special.set(date, windowsIn(object[date], place.at(date)));
  }
  return special;
}

// A special date stands between two others, and a night window reaches from one day into the next.
function specialOverlaps(date: string, place: Place, known: KnownCalendar, added: ReadonlyMap<string, readonly Span[]>): void {
  const spans = known.special.get(date) ?? [];
  for (const index of beginningBefore(tailOn(dateAfter(date, -1), known), spans)) place.at(index).fault('windows-overlap');
  const next = dateAfter(date, 1);
  // the next date, where it is added as well, tells of it itself
  if (tailOf(spans) === 0 || added.has(next) || beginningBefore(tailOf(spans), spansOn(next, known)).length === 0) return;
  for (const { to, index } of spans) if (to > DAY_MINUTES) place.at(index).fault('windows-overlap');
}

const weekdayOf = (date: string): Weekday => weekdays[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7]!;
const isClosed = (date: string, { closed }: KnownCalendar): boolean => closed.some(({ from, to }) => from <= date && date <= to);

const spansOn = (date: string, known: KnownCalendar): readonly Span[] =>
  known.special.get(date) ?? (isClosed(date, known) ? [] : (known.week.get(weekdayOf(date)) ?? []));

function tailOn(date: string, known: KnownCalendar): number {
  const special = known.special.get(date);
  if (special) return tailOf(special);
  const tail = tailOf(known.week.get(weekdayOf(date)) ?? []);
  return tail > 0 && isClosed(date, known) ? 0 : tail;
}
