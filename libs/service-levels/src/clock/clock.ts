import type { Severity } from '#event-sourcing';
import type { FullPromise } from '../handbook/promise-defaults.js';
import type { CommitmentState, Target } from '../format/format.js';
import type { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { type DayNumber, MINUTE_MS } from '../calendar/zone.js';

/** A calendar as of one of its versions. */
export interface CalendarInForce {
  name: string;
  version: number;
  calendar: PreparedCalendar;
}

/** `[fromMs, toMs)`: nothing accrues. */
export interface Pause {
  fromMs: number;
  /** null while it lasts. */
  toMs: number | null;
  /** When it ends by itself; Infinity where it does not. */
  endsMs: number;
  endedBy: 'reply' | 'limit' | 'stop' | null;
}

export type RecomputeCause = 'tier' | 'severity' | 'calendar' | 'extension';

/** What happened to a clock, in order: the same list whenever the same facts are replayed. */
export type Transition =
  | { type: 'started'; atMs: number; deadlineMs: number | null; dueDay: DayNumber | null; provisional: boolean }
  | { type: 'warned'; percent: number; atMs: number }
  | { type: 'paused'; atMs: number }
  | { type: 'resumed'; atMs: number; by: 'reply' | 'limit'; deadlineMs: number | null }
  | {
      type: 'recomputed';
      atMs: number;
      cause: RecomputeCause;
      /** What the cause was: the new tier, severity, calendar version or number of days. */
      detail: string;
      oldMs: number | null;
      newMs: number | null;
      dueDay: DayNumber | null;
      provisional: boolean;
    }
  | { type: 'breached'; deadlineMs: number }
  | { type: 'escalated'; level: number; afterMinutes: number; toRole: string; atMs: number }
  | { type: 'met'; atMs: number; deadlineMs: number | null }
  | { type: 'completedLate'; atMs: number }
  | { type: 'cancelled'; atMs: number }
  | { type: 'notMeasured'; atMs: number; deadlineMs: number | null };

/** One running promise. Instants in milliseconds UTC; Infinity is a deadline that the calendar never reaches. */
export interface Clock {
  readonly promise: FullPromise;
  readonly edition: number;
  readonly cycle: number;
  readonly startMs: number;
  /** Local date of the start in the calendar's zone. */
  readonly startDay: DayNumber;
  readonly tierUsed: string | undefined;
  calendar: CalendarInForce;
  state: CommitmentState;
  /** As promised, or as a favourable change has since promised it. */
  target: Target;
  tier: string | undefined;
  severity: Severity | undefined;
  /** Business time that leads to the deadline; of minute targets. */
  goalMs: number;
  /** null while paused. */
  deadlineMs: number | null;
  dueDay: DayNumber | null;
  extensionDays: number;
  /** Of day targets: what a favourable change left at least, since more than its target had passed; never beyond what was promised before. */
  least: { fromMs: number; leastMs: number; before: Target } | null;
  pauses: Pause[];
  /** Thresholds reached so far. */
  warned: number[];
  escalated: number;
  /** Of a change that brought thresholds forward: no warning is dated before it. */
  changedMs: number;
  stoppedMs: number | null;
  /** Stopped or cancelled. */
  endedMs: number | null;
  transitions: Transition[];
}

/** What a target means on a calendar from a start: where the clock runs to. */
export interface Goal {
  goalMs: number;
  deadlineMs: number;
  dueDay: DayNumber | null;
}

/** The deadline of a target from an instant, or from a date where no more is known (clocks.md, "Targets"). */
export function goalOf(target: Target, calendar: PreparedCalendar, startMs: number, startDay: DayNumber, extensionDays = 0): Goal {
  switch (target.kind) {
    case 'businessMinutes': {
      const goalMs = Math.round(target.minutes * MINUTE_MS); // what a reopening left need not be whole minutes
      return { goalMs, deadlineMs: calendar.reach(startMs, goalMs), dueDay: null };
    }
    case 'businessDays': {
      const { days, receiptRule, dayEnd } = target;
      let dayZero: DayNumber | undefined = startDay;
      if (receiptRule === 'next_business_day_if_after_close') {
        const close = calendar.lastCloseOf(startDay);
        if (close === undefined || startMs >= close) dayZero = calendar.workingDayAfter(startDay, 1);
      }
      const dueDay = dayZero === undefined ? undefined : calendar.workingDayAfter(dayZero, days + extensionDays);
      if (dueDay === undefined) return NEVER;
      const deadlineMs = dayEnd === 'midnight' ? calendar.midnightEnding(dueDay) : calendar.lastCloseOf(dueDay)!;
      return { goalMs: 0, deadlineMs, dueDay };
    }
    case 'calendarDays': {
      const due = startDay + target.days + extensionDays;
      const dueDay = target.roll === 'following_business_day' ? calendar.workingDayFrom(due) : due;
      return dueDay === undefined ? NEVER : { goalMs: 0, deadlineMs: calendar.midnightEnding(dueDay), dueDay };
    }
  }
}

const NEVER: Goal = { goalMs: 0, deadlineMs: Infinity, dueDay: null };

export const countsMinutes = (clock: Clock): boolean => clock.target.kind === 'businessMinutes';

/** Whether it may still be stopped. */
export const isOpen = (clock: Clock): boolean => clock.endedMs === null;

/** Business time since the start, pauses excluded, up to an instant or to the end of the clock. */
export function accruedUpTo(clock: Clock, ms: number): number {
  const { calendar } = clock.calendar;
  const endMs = Math.min(ms, clock.endedMs ?? ms);
  return calendar.accrued(clock.startMs, endMs) - pausedUpTo(clock, endMs);
}

/** Business time inside pauses up to an instant. */
export function pausedUpTo(clock: Clock, ms: number): number {
  const { calendar } = clock.calendar;
  return clock.pauses.reduce((sum, { fromMs, toMs }) => sum + calendar.accrued(fromMs, Math.min(ms, toMs ?? ms)), 0);
}

/** The earliest instant at which accrued time is `goalMs`, walking around the pauses; Infinity where one that lasts comes first. */
export function instantOf(clock: Clock, goalMs: number): number {
  const { calendar } = clock.calendar;
  let [fromMs, leftMs] = [clock.startMs, goalMs];
  for (const pause of clock.pauses) {
    const ranMs = calendar.accrued(fromMs, pause.fromMs);
    if (ranMs >= leftMs) break;
    if (pause.toMs === null) return Infinity;
    leftMs -= ranMs;
    fromMs = pause.toMs;
  }
  return calendar.reach(fromMs, leftMs);
}

/** Beyond the last date whose holidays are known. */
export function isProvisional({ calendar: { calendar }, deadlineMs, dueDay }: Pick<Clock, 'calendar' | 'deadlineMs' | 'dueDay'>): boolean {
  if (deadlineMs === null) return false;
  if (deadlineMs === Infinity) return calendar.knownUntilDay !== Infinity;
  return (dueDay ?? calendar.dayAt(deadlineMs - 1)) > calendar.knownUntilDay;
}

export const finite = (ms: number | null): number | null => (ms === Infinity ? null : ms);
