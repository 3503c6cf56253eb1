import type { LocalDate } from '#event-sourcing';
import { type Calendar, weekdays, type Window } from '../format/format.js';
import { DAY_MS, type DayNumber, dayOf, Zone } from './zone.js';

/** A version of a calendar: from its date on, until the next one's. The first holds for all earlier dates too. */
export interface CalendarLayer {
  from: LocalDate;
  calendar: Calendar;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/** No deadline lies further away: what has not been reached in a century of calendar never will be. */
const HORIZON_DAYS = 36_525;
const FIRST_SPAN_DAYS = 800;
const WEEK_OF_DAY_ZERO = 3; // 1970-01-01 was a Thursday

interface Layer {
  fromDay: DayNumber;
  week: (readonly Window[])[];
  /** Closed from each of these days up to and including the one at the same place in `closedTo`; ascending and apart. */
  closedFrom: readonly DayNumber[];
  closedTo: readonly DayNumber[];
  special: ReadonlyMap<DayNumber, readonly Window[]>;
  lastSpecialDay: DayNumber;
}

/**
 * A calendar laid out as instants: windows ascending and joined where they meet or overlap, with the business time before
 * each, so that every question is a binary search. Laid out on demand, in spans that double.
 */
export class PreparedCalendar {
  readonly zone: Zone;
  /** The last date whose holidays are known; Infinity where the calendar does not say. */
  readonly knownUntilDay: DayNumber;
  private readonly layers: Layer[];
  private fromDay: DayNumber = 0;
  private toDay: DayNumber = 0;
  private opens: number[] = [];
  private closes: number[] = [];
  /** Business time in all windows before each. */
  private before: number[] = [];
  private workingDays: DayNumber[] = [];
  private lastCloses: number[] = [];

  constructor(layers: readonly CalendarLayer[]) {
    const newest = layers.at(-1);
    if (!newest) throw new TypeError('a calendar has a version');
    this.zone = Zone.of(newest.calendar.zone);
    this.knownUntilDay = newest.calendar.knownUntil === undefined ? Infinity : dayOf(newest.calendar.knownUntil);
    this.layers = layers.map(({ from, calendar }, i) => layerOf(calendar, i === 0 ? -Infinity : dayOf(from)));
  }

  static of(calendar: Calendar): PreparedCalendar {
    return new PreparedCalendar([{ from: '0000-01-01', calendar }]);
  }

  dayAt(ms: number): DayNumber {
    return this.zone.dayAt(ms);
  }

  /** Business time inside `[fromMs, toMs)`. */
  accrued(fromMs: number, toMs: number): number {
    if (toMs <= fromMs) return 0;
    this.cover(fromMs, toMs);
    return this.timeUpTo(toMs) - this.timeUpTo(fromMs);
  }

  /** The earliest instant at which `amountMs` of business time have passed since `fromMs`; Infinity where that never comes. */
  reach(fromMs: number, amountMs: number): number {
    if (amountMs <= 0) return fromMs;
    this.cover(fromMs, fromMs);
    const lastDay = this.dayAt(fromMs) + HORIZON_DAYS;
    const goalMs = (): number => this.timeUpTo(fromMs) + amountMs; // a new layout counts from another beginning
    while (this.laidOut() < goalMs()) {
      if (this.toDay >= lastDay || this.isOverAfter(this.toDay)) return Infinity;
      this.layOut(this.fromDay, Math.min(lastDay, this.toDay + (this.toDay - this.fromDay)));
    }
    const goal = goalMs();
    let low = 0;
    let high = this.opens.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.before[middle]! + this.closes[middle]! - this.opens[middle]! >= goal) high = middle;
      else low = middle + 1;
    }
    return this.opens[low]! + goal - this.before[low]!;
  }

  /** The parts of windows inside `[fromMs, toMs)`, ascending; the first `max` of them. */
  windowsBetween(fromMs: number, toMs: number, max = Infinity): Span[] {
    if (toMs <= fromMs) return [];
    this.cover(fromMs, toMs);
    const spans: Span[] = [];
    for (let i = Math.max(0, this.windowAt(fromMs)); i < this.opens.length && this.opens[i]! < toMs && spans.length < max; i++) {
      const span = { fromMs: Math.max(fromMs, this.opens[i]!), toMs: Math.min(toMs, this.closes[i]!) };
      if (span.fromMs < span.toMs) spans.push(span);
    }
    return spans;
  }

  /** A date with windows. */
  isWorking(day: DayNumber): boolean {
    return this.windowsOn(day).length > 0;
  }

  /** The n-th working date strictly after `day`, n from 1; undefined where it never comes. */
  workingDayAfter(day: DayNumber, n: number): DayNumber | undefined {
    this.coverDays(day, day);
    const lastDay = day + HORIZON_DAYS;
    for (;;) {
      const found = this.workingDays[indexAfter(this.workingDays, day) + n - 1];
      if (found !== undefined) return found;
      if (this.toDay >= lastDay || this.isOverAfter(this.toDay)) return undefined;
      this.layOut(this.fromDay, Math.min(lastDay, this.toDay + (this.toDay - this.fromDay)));
    }
  }

  /** How many working dates lie strictly after `after`, up to and including `until`. */
  workingDaysIn(after: DayNumber, until: DayNumber): number {
    if (until <= after) return 0;
    this.coverDays(after, until);
    return indexAfter(this.workingDays, until) - indexAfter(this.workingDays, after);
  }

  /** `day` itself where it is a working date, else the next one. */
  workingDayFrom(day: DayNumber): DayNumber | undefined {
    return this.isWorking(day) ? day : this.workingDayAfter(day, 1);
  }

  /** When the last window of a working date closes. */
  lastCloseOf(day: DayNumber): number | undefined {
    this.coverDays(day, day);
    const i = indexAfter(this.workingDays, day) - 1;
    return this.workingDays[i] === day ? this.lastCloses[i] : undefined;
  }

  /** The local midnight that ends a date. */
  midnightEnding(day: DayNumber): number {
    return this.zone.instantOf(day, 1440);
  }

  windowsOn(day: DayNumber): readonly Window[] {
    const layer = this.layers.findLast(({ fromDay }) => fromDay <= day)!;
    const special = layer.special.get(day);
    if (special) return special;
    const i = indexAfter(layer.closedFrom, day) - 1;
    if (i >= 0 && day <= layer.closedTo[i]!) return [];
    return layer.week[(((day + WEEK_OF_DAY_ZERO) % 7) + 7) % 7]!;
  }

  private isOverAfter(day: DayNumber): boolean {
    const newest = this.layers.at(-1)!;
    return day > newest.lastSpecialDay && day > newest.fromDay && newest.week.every((windows) => windows.length === 0);
  }

  private cover(fromMs: number, toMs: number): void {
    this.coverDays(this.dayAt(fromMs), this.dayAt(toMs));
  }

  private coverDays(from: DayNumber, to: DayNumber): void {
    if (this.fromDay < from - 1 && to + 2 < this.toDay) return;
    const known = this.toDay > this.fromDay;
    const wanted = Math.max(known ? this.toDay : 0, to + 3, (known ? this.fromDay : from) + FIRST_SPAN_DAYS);
    const first = known && this.fromDay < from - 1 ? this.fromDay : from - FIRST_SPAN_DAYS / 4;
    this.layOut(first, wanted + Math.ceil((wanted - first) / 4));
  }

  private layOut(fromDay: DayNumber, toDay: DayNumber): void {
    const windows: Span[] = [];
    this.workingDays = [];
    this.lastCloses = [];
    for (let day = fromDay; day < toDay; day++) {
      const spans = this.windowsOn(day).map(([open, close]) => this.spanOf(day, open, close));
      if (spans.length === 0) continue;
      this.workingDays.push(day);
      this.lastCloses.push(Math.max(...spans.map(({ toMs }) => toMs)));
      windows.push(...spans.filter((span) => span.fromMs < span.toMs)); // one that a clock change swallowed holds no time
    }
    windows.sort((a, b) => a.fromMs - b.fromMs);
    [this.opens, this.closes, this.before] = [[], [], []];
    let total = 0;
    for (const { fromMs, toMs } of windows) {
      const last = this.closes.length - 1;
      if (last >= 0 && fromMs <= this.closes[last]!) {
        total += Math.max(0, toMs - this.closes[last]!);
        this.closes[last] = Math.max(this.closes[last]!, toMs);
        continue;
      }
      this.opens.push(fromMs);
      this.closes.push(toMs);
      this.before.push(total);
      total += toMs - fromMs;
    }
    [this.fromDay, this.toDay] = [fromDay, toDay];
  }

  private spanOf(day: DayNumber, open: string, close: string): Span {
    const [from, to] = [minutesOf(open), minutesOf(close)];
    return { fromMs: this.zone.instantOf(day, from), toMs: this.zone.instantOf(to > from ? day : day + 1, to) };
  }

  /** Business time from the beginning of the layout up to an instant inside it. */
  private timeUpTo(ms: number): number {
    const i = this.windowAt(ms);
    return i < 0 ? 0 : this.before[i]! + Math.min(ms, this.closes[i]!) - this.opens[i]!;
  }

  /** Business time that may be counted on: windows near the end of the layout may still grow. */
  private laidOut(): number {
    return this.timeUpTo((this.toDay - 2) * DAY_MS);
  }

  /** Index of the last window that opens at or before an instant; -1 where there is none. */
  private windowAt(ms: number): number {
    return indexAfter(this.opens, ms) - 1;
  }
}

/** Index of the first element above a value, in an ascending list. */
function indexAfter(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function layerOf({ week, closed = [], special = {} }: Calendar, fromDay: DayNumber): Layer {
  const ranges: [DayNumber, DayNumber][] = [];
  for (const [from, to] of closed.map(rangeOf).toSorted(([a], [b]) => a - b)) {
    const last = ranges.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  const specials = new Map(Object.entries(special).map(([date, windows]) => [dayOf(date), windows]));
  return {
    fromDay,
    week: weekdays.map((day) => week[day] ?? []),
    closedFrom: ranges.map(([from]) => from),
    closedTo: ranges.map(([, to]) => to),
    special: specials,
    lastSpecialDay: [...specials.keys()].reduce((last, day) => Math.max(last, day), -Infinity),
  };
}

function rangeOf(entry: string): [DayNumber, DayNumber] {
  const [from, to = from] = entry.split('..') as [string, string?];
  return [dayOf(from), dayOf(to)];
}

const minutesOf = (wall: string): number => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3, 5));
