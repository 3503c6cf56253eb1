import { type Calendar, type Target, weekdays, type Window } from '../../libs/service-levels/src/format/format.js';

/**
 * Calendars and deadlines by brute force: every minute of physical time is asked whether it lies inside a window. Written from
 * the semantics alone, sharing nothing with the product's engine but the types of its documents; slow, and as plain as can be.
 * Windows open and close on whole minutes, and no zone has changed its clock off a quarter of an hour since the 1970s.
 */
const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const dayMs = 1440 * minuteMs;
const horizonMs = 420 * dayMs;

/** What "for ever" is here; beyond the horizon a search gives up. */
export class BeyondTheHorizon extends Error {}

const offsets = new Map<string, Map<number, number>>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** Local minus UTC, ms: asked of Intl once a quarter of an hour. */
export function offsetMs(zone: string, at: number): number {
  const quarter = Math.floor(at / quarterMs);
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  const name = format.formatToParts(quarter * quarterMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minuteMs;
  known.set(quarter, offset);
  return offset;
}

export const dateOf = (zone: string, at: number) => new Date(at + offsetMs(zone, at)).toISOString().slice(0, 10);
export const plusDays = (date: string, days: number) => new Date(Date.parse(`${date}T00:00Z`) + days * dayMs).toISOString().slice(0, 10);
const minutesOf = (wall: string) => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3));

/** The first instant that shows this wall time; where a change skips it, as much later as the change skips. */
export function instantOf(zone: string, date: string, minutes: number): number {
  const wall = Date.parse(`${date}T00:00Z`) + minutes * minuteMs;
  let before = 0;
  for (let quarter = Math.floor((wall - dayMs) / quarterMs) * quarterMs; quarter < wall + dayMs; quarter += quarterMs) {
    const offset = offsetMs(zone, quarter);
    if (wall - offset >= quarter && wall - offset < quarter + quarterMs) return wall - offset;
    if (quarter + offset < wall) before = offset;
  }
  return wall - before;
}

interface Pause {
  from: number;
  to: number | null;
}

export class NaiveCalendar {
  readonly zone: string;
  private readonly windows = new Map<string, [open: number, close: number][]>();
  private readonly days = new Map<number, boolean[]>();

  constructor(private readonly of: Calendar) {
    this.zone = of.zone;
  }

  get knownUntil(): string | undefined {
    return this.of.knownUntil;
  }

  /** The same calendar with closed dates and special days added. */
  revised(closed: readonly string[], special: Calendar['special']): NaiveCalendar {
    return new NaiveCalendar({
      ...this.of,
      closed: [...(this.of.closed ?? []), ...closed],
      special: { ...this.of.special, ...special },
    });
  }

  /** Windows that belong to a date, as instants. */
  windowsOf(date: string): [open: number, close: number][] {
    const cached = this.windows.get(date);
    if (cached !== undefined) return cached;
    const windows = this.patternOf(date).map(([open, close]): [number, number] => {
      const [from, to] = [minutesOf(open), minutesOf(close)];
      return [instantOf(this.zone, date, from), instantOf(this.zone, date, to > from ? to : to + 1440)];
    });
    this.windows.set(date, windows);
    return windows;
  }

  private patternOf(date: string): readonly Window[] {
    const special = this.of.special?.[date];
    if (special !== undefined) return special;
    const closed = (this.of.closed ?? []).some((entry) => {
      const [first, last] = entry.split('..');
      return date >= (first ?? '') && date <= (last ?? first ?? '');
    });
    if (closed) return [];
    const weekday = weekdays[(new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7] ?? 'mon';
    return this.of.week[weekday] ?? [];
  }

  isWorking(date: string): boolean {
    return this.windowsOf(date).length > 0;
  }

  /** Whether the minute that begins at this instant lies inside a window of its date or of one shortly before. */
  isOpen(minute: number): boolean {
    const day = Math.floor(minute / dayMs);
    let open = this.days.get(day);
    if (open === undefined) {
      open = [];
      // A skipped day moves its windows a whole day on, an overnight one reaches a day further, and zones are up to 14 hours off.
      const utcDate = new Date(day * dayMs).toISOString().slice(0, 10);
      const near = [-4, -3, -2, -1, 0, 1, 2].flatMap((days) => this.windowsOf(plusDays(utcDate, days)));
      for (let at = day * dayMs; at < (day + 1) * dayMs; at += minuteMs) open.push(near.some(([from, to]) => from <= at && at < to));
      this.days.set(day, open);
    }
    return open[(minute - day * dayMs) / minuteMs] === true;
  }

  /** Business ms in `[from, to)`. */
  accrued(from: number, to: number): number {
    let sum = 0;
    for (let minute = Math.floor(from / minuteMs) * minuteMs; minute < to; minute += minuteMs)
      if (this.isOpen(minute)) sum += Math.min(minute + minuteMs, to) - Math.max(minute, from);
    return sum;
  }

  /** The earliest instant at or after `from` by which `amount` ms have accrued since. */
  reach(from: number, amount: number): number {
    if (amount <= 0) return from;
    let left = amount;
    for (let minute = Math.floor(from / minuteMs) * minuteMs; minute < from + horizonMs; minute += minuteMs) {
      if (!this.isOpen(minute)) continue;
      const start = Math.max(minute, from);
      if (left <= minute + minuteMs - start) return start + left;
      left -= minute + minuteMs - start;
    }
    throw new BeyondTheHorizon();
  }

  /** Business ms in `[from, to)` outside the pauses, which are in order and do not overlap. */
  accruedOutside(pauses: readonly Pause[], from: number, to: number): number {
    return pauses.reduce(
      (sum, pause) => (pause.from < to ? sum - this.accrued(pause.from, Math.min(pause.to ?? to, to)) : sum),
      this.accrued(from, to),
    );
  }

  /** The earliest instant by which `amount` has accrued outside the pauses; null when an open pause comes first. */
  reachOutside(pauses: readonly Pause[], from: number, amount: number): number | null {
    let [start, left] = [from, amount];
    for (const pause of pauses) {
      const accrued = this.accrued(start, pause.from);
      if (accrued >= left) return this.reach(start, left);
      if (pause.to === null) return null;
      left -= accrued;
      start = pause.to;
    }
    return this.reach(start, left);
  }

  /** The local midnight that ends a date. */
  private midnightAfter(date: string): number {
    return instantOf(this.zone, date, 1440);
  }

  private nextWorking(date: string): string {
    for (let days = 1; days < horizonMs / dayMs; days++) if (this.isWorking(plusDays(date, days))) return plusDays(date, days);
    throw new BeyondTheHorizon();
  }

  /** Due date and deadline of a day target. */
  dayDeadline(
    target: Exclude<Target, { kind: 'businessMinutes' }>,
    start: number,
    extraDays: number,
    startedOn = dateOf(this.zone, start),
  ): { due: string; at: number } {
    let due = startedOn;
    if (target.kind === 'calendarDays') {
      due = plusDays(due, target.days + extraDays);
      if (target.roll === 'following_business_day' && !this.isWorking(due)) due = this.nextWorking(due);
      return { due, at: this.midnightAfter(due) };
    }
    const lastClose = (date: string) => Math.max(...this.windowsOf(date).map(([, close]) => close));
    if (target.receiptRule === 'next_business_day_if_after_close' && (!this.isWorking(due) || start >= lastClose(due)))
      due = this.nextWorking(due);
    for (let day = 0; day < target.days; day++) due = this.nextWorking(due);
    return { due, at: target.dayEnd === 'midnight' ? this.midnightAfter(due) : lastClose(due) };
  }
}
