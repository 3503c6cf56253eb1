import type { Severity } from '#event-sourcing';
import {
  accruedUpTo,
  type CalendarInForce,
  type Clock,
  countsMinutes,
  finite,
  type Goal,
  goalOf,
  instantOf,
  isOpen,
  isProvisional,
  type RecomputeCause,
} from './clock.js';
import type { FullPromise } from '../handbook/promise-defaults.js';
import type { Target } from '../format/format.js';
import { type DayNumber, MINUTE_MS } from '../calendar/zone.js';

export interface Start {
  promise: FullPromise;
  edition: number;
  cycle: number;
  calendar: CalendarInForce;
  startMs: number;
  startDay: DayNumber;
  tier: string | undefined;
  severity: Severity | undefined;
  /** Where a reopening resumes what was left; the promise's own otherwise. */
  target?: Target;
}

export function startClock({
  promise,
  edition,
  cycle,
  calendar,
  startMs,
  startDay,
  tier,
  severity,
  target = promise.target,
}: Start): Clock {
  const goal = goalOf(target, calendar.calendar, startMs, startDay);
  const clock: Clock = {
    promise,
    edition,
    cycle,
    calendar,
    startMs,
    startDay,
    tierUsed: tier,
    tier,
    severity,
    target,
    ...goal,
    state: 'running',
    extensionDays: 0,
    least: null,
    pauses: [],
    warned: [],
    escalated: 0,
    changedMs: startMs,
    stoppedMs: null,
    endedMs: null,
    transitions: [],
  };
  const { deadlineMs, dueDay } = goal;
  clock.transitions.push({ type: 'started', atMs: startMs, deadlineMs: finite(deadlineMs), dueDay, provisional: isProvisional(clock) });
  return clock;
}

/** When the clock next does something by itself: a warning, its deadline, an escalation, the end of a pause. Infinity: never. */
export function nextOf(clock: Clock): number {
  if (!isOpen(clock)) return Infinity;
  switch (clock.state) {
    case 'paused':
      // a favourable change while paused brings thresholds forward to itself
      return Math.min(nextWarning(clock)?.atMs ?? Infinity, clock.pauses.at(-1)!.endsMs);
    case 'running':
      // a clock is late once its deadline has passed, so not at the deadline but right after it
      return Math.min(nextWarning(clock)?.atMs ?? Infinity, clock.deadlineMs! + 1);
    case 'breached':
      return nextEscalation(clock)?.atMs ?? Infinity;
    case 'met':
    case 'completedLate':
    case 'cancelled':
    case 'notMeasured':
      return Infinity;
  }
}

/** Lets time pass up to and including an instant. */
export function advance(clock: Clock, toMs: number): void {
  // each round ends a pause, breaches, or uses a threshold up
  for (let dueMs = nextOf(clock); dueMs <= toMs; dueMs = nextOf(clock)) {
    const warning = nextWarning(clock);
    if (clock.state === 'paused' && warning?.atMs !== dueMs) {
      resume(clock, dueMs, 'limit');
    } else if (clock.state === 'breached') {
      const { atMs, afterMinutes, toRole } = nextEscalation(clock)!;
      clock.escalated += 1;
      clock.transitions.push({ type: 'escalated', level: clock.escalated, afterMinutes, toRole, atMs });
    } else {
      if (warning && warning.atMs <= (clock.deadlineMs ?? Infinity)) {
        clock.warned.push(warning.percent);
        clock.transitions.push({ type: 'warned', ...warning });
      } else {
        clock.state = 'breached';
        clock.transitions.push({ type: 'breached', deadlineMs: clock.deadlineMs! });
      }
    }
  }
}

export function pause(clock: Clock, atMs: number): void {
  if (clock.state !== 'running' || !clock.promise.pausable || clock.promise.class === 'regulatory' || !countsMinutes(clock)) return;
  const { maxPauseMinutes } = clock.promise;
  const endsMs = maxPauseMinutes === undefined ? Infinity : clock.calendar.calendar.reach(atMs, maxPauseMinutes * MINUTE_MS);
  clock.pauses.push({ fromMs: atMs, toMs: null, endsMs, endedBy: null });
  clock.state = 'paused';
  clock.deadlineMs = null;
  clock.transitions.push({ type: 'paused', atMs });
}

export function resume(clock: Clock, atMs: number, by: 'reply' | 'limit'): void {
  if (clock.state !== 'paused') return;
  const current = clock.pauses.at(-1)!;
  current.toMs = atMs;
  current.endedBy = by;
  clock.state = 'running';
  const leftMs = clock.goalMs - accruedUpTo(clock, atMs);
  // asked at the very deadline: nothing was left to pause, and the deadline stays where it was
  const spent = leftMs <= 0 && clock.changedMs <= current.fromMs;
  clock.deadlineMs = spent ? current.fromMs : clock.calendar.calendar.reach(atMs, leftMs);
  clock.transitions.push({ type: 'resumed', atMs, by, deadlineMs: finite(clock.deadlineMs) });
}

/** `lateByDate`: the stop is known by its date alone, and whether that is after the due date. */
export function stop(clock: Clock, atMs: number, lateByDate?: boolean): void {
  if (!isOpen(clock)) return;
  if (lateByDate && clock.state === 'running') {
    clock.state = 'breached';
    clock.transitions.push({ type: 'breached', deadlineMs: clock.deadlineMs! });
  }
  if (clock.state === 'paused') {
    const current = clock.pauses.at(-1)!;
    [current.toMs, current.endedBy] = [atMs, 'stop'];
    clock.deadlineMs = clock.calendar.calendar.reach(atMs, clock.goalMs - accruedUpTo(clock, atMs));
  }
  const late = clock.state === 'breached';
  clock.state = late ? 'completedLate' : 'met';
  clock.stoppedMs = clock.endedMs = atMs;
  clock.transitions.push(late ? { type: 'completedLate', atMs } : { type: 'met', atMs, deadlineMs: finite(clock.deadlineMs) });
}

export function cancel(clock: Clock, atMs: number): void {
  if (!isOpen(clock)) return;
  if (clock.state === 'paused') Object.assign(clock.pauses.at(-1)!, { toMs: atMs, endedBy: 'stop' });
  clock.endedMs = atMs;
  if (clock.state !== 'breached') clock.state = 'cancelled'; // a breach is a fact, and stays
  clock.transitions.push({ type: 'cancelled', atMs });
}

/** Stopped on a day in which its deadline lies: whether that was in time, nobody can say. */
export function unmeasure(clock: Clock, atMs: number): void {
  clock.endedMs = atMs;
  clock.state = 'notMeasured';
  clock.transitions.push({ type: 'notMeasured', atMs, deadlineMs: finite(clock.deadlineMs) });
}

/** The rule of a favourable change (clocks.md, "Tier change in flight"): the earlier of the two deadlines, never a later one. */
export function favour(clock: Clock, atMs: number, target: Target, cause: RecomputeCause, detail: string): boolean {
  if (target.kind !== clock.target.kind) return false;
  const leastMs = clock.promise.minRemainingMinutes * MINUTE_MS;
  const { calendar } = clock.calendar;
  if (clock.state === 'paused') {
    const accruedMs = accruedUpTo(clock, atMs);
    const newMs = goalOf(target, calendar, clock.startMs, clock.startDay).goalMs;
    const goalMs = accruedMs + (accruedMs > newMs ? leastMs : newMs - accruedMs);
    if (goalMs >= clock.goalMs) return false;
    return recompute(clock, atMs, { goalMs, deadlineMs: null, dueDay: null }, cause, detail, target);
  }
  if (clock.state !== 'running') return false;
  let next = goalOf(target, calendar, clock.startMs, clock.startDay, clock.extensionDays);
  let least: Clock['least'] = null;
  if (countsMinutes(clock)) {
    const accruedMs = accruedUpTo(clock, atMs);
    if (accruedMs > next.goalMs) Object.assign(next, { goalMs: accruedMs + leastMs, deadlineMs: calendar.reach(atMs, leastMs) });
    else next.deadlineMs = instantOf(clock, next.goalMs);
  } else if (next.deadlineMs < atMs) {
    least = { fromMs: atMs, leastMs, before: clock.target };
    next = dayGoal(clock, target, least);
  }
  if (next.deadlineMs >= clock.deadlineMs!) return false;
  clock.least = least;
  return recompute(clock, atMs, next, cause, detail, target);
}

/** Of a day target, from the original start; what a favourable change left at least is kept. */
function dayGoal(clock: Clock, target: Target, least: Clock['least']): Goal {
  const { calendar } = clock.calendar;
  const goalFor = (stated: Target): Goal => goalOf(stated, calendar, clock.startMs, clock.startDay, clock.extensionDays);
  const goal = goalFor(target);
  if (!least) return goal;
  const deadlineMs = calendar.reach(least.fromMs, least.leastMs);
  if (deadlineMs <= goal.deadlineMs) return goal;
  const before = goalFor(least.before);
  if (before.deadlineMs <= deadlineMs) return before;
  return { goalMs: 0, deadlineMs, dueDay: deadlineMs === Infinity ? null : calendar.dayAt(deadlineMs - 1) };
}

/** Another version of its calendar: recomputed from the original start, never brought forward to before the recording. */
export function recalendar(clock: Clock, atMs: number, revised: CalendarInForce): void {
  if (clock.state !== 'running' && clock.state !== 'paused') return;
  const before = { deadlineMs: clock.deadlineMs, dueDay: clock.dueDay, provisional: isProvisional(clock) };
  clock.calendar = revised;
  clock.changedMs = atMs;
  const { calendar } = revised;
  if (clock.state === 'paused') {
    const current = clock.pauses.at(-1)!;
    const { maxPauseMinutes } = clock.promise;
    if (maxPauseMinutes !== undefined) current.endsMs = Math.max(atMs, calendar.reach(current.fromMs, maxPauseMinutes * MINUTE_MS));
    clock.goalMs = Math.max(clock.goalMs, accruedUpTo(clock, atMs));
    return;
  }
  const next: Goal = countsMinutes(clock)
    ? { goalMs: clock.goalMs, deadlineMs: instantOf(clock, clock.goalMs), dueDay: null }
    : dayGoal(clock, clock.target, clock.least);
  if (next.deadlineMs < before.deadlineMs! && next.deadlineMs < atMs) {
    next.deadlineMs = atMs;
    if (countsMinutes(clock)) next.goalMs = accruedUpTo(clock, atMs);
    else next.dueDay = calendar.dayAt(atMs - 1);
  }
  const same = next.deadlineMs === before.deadlineMs && next.dueDay === before.dueDay;
  if (same && isProvisional({ ...next, calendar: revised }) === before.provisional) return;
  recompute(clock, atMs, next, 'calendar', `${revised.name} version ${revised.version}`);
}

/** More days, recorded on or before the due date. Answers why not, where it does not count: only a target in calendar days may be extended. */
export function extend(clock: Clock, atMs: number, days: number): 'extended' | 'not-calendar-days' | 'too-late' {
  if (clock.target.kind !== 'calendarDays') return 'not-calendar-days';
  if (clock.state !== 'running' || clock.dueDay === null || clock.calendar.calendar.dayAt(atMs) > clock.dueDay) return 'too-late';
  clock.extensionDays += days;
  recompute(clock, atMs, dayGoal(clock, clock.target, clock.least), 'extension', `${days} days`);
  return 'extended';
}

function recompute(
  clock: Clock,
  atMs: number,
  next: Omit<Goal, 'deadlineMs'> & { deadlineMs: number | null },
  cause: RecomputeCause,
  detail: string,
  target = clock.target,
): true {
  const oldMs = finite(clock.deadlineMs);
  Object.assign(clock, next, { target, changedMs: atMs });
  const { dueDay } = next;
  const provisional = isProvisional(clock);
  clock.transitions.push({ type: 'recomputed', atMs, cause, detail, oldMs, newMs: finite(clock.deadlineMs), dueDay, provisional });
  return true;
}

function nextWarning(clock: Clock): { percent: number; atMs: number } | undefined {
  const percent = clock.promise.warnings.filter((p) => !clock.warned.includes(p)).sort((a, b) => a - b)[0];
  return percent === undefined ? undefined : warningAt(clock, percent);
}

/** Where a threshold lies, as things stand; not before the last change of the deadline. */
export function warningAt(clock: Clock, percent: number): { percent: number; atMs: number } {
  const thresholdMs = countsMinutes(clock)
    ? instantOf(clock, (clock.goalMs * percent) / 100)
    : clock.startMs + Math.round(((clock.deadlineMs! - clock.startMs) * percent) / 100);
  return { percent, atMs: Math.max(Math.ceil(thresholdMs), clock.changedMs) };
}

function nextEscalation(clock: Clock): { atMs: number; afterMinutes: number; toRole: string } | undefined {
  const next = [...clock.promise.escalations].sort((a, b) => a.afterMinutes - b.afterMinutes)[clock.escalated];
  return next && { ...next, atMs: clock.calendar.calendar.reach(clock.deadlineMs!, next.afterMinutes * MINUTE_MS) };
}
