import { accruedUpTo, type Clock, countsMinutes, isProvisional } from './clock.js';
import type { CaseFact, TracedClock } from './case.js';
import { keptByLateEvidence } from './evidence.js';
import type { Reason, Target } from '../format/format.js';
import { dateOf, MINUTE_MS, type Zone } from '../calendar/zone.js';

/** Why a clock has the deadline and the state that it has: what was promised, each window that accrued, and what changed it. */
export function explain(clock: TracedClock, untilMs: number): Reason[] {
  return [...policy(clock), ...windows(clock, untilMs), ...days(clock), ...pauses(clock, untilMs), ...changes(clock), ...outcome(clock)];
}

function policy({ promise, edition, calendar, tierUsed, startMs, startDay, startKnownBy, cycle }: TracedClock): Reason[] {
  const { zone } = calendar.calendar;
  const tier = tierUsed === undefined ? '' : `, tier ${tierUsed}`;
  return [
    {
      kind: 'policy',
      text: `promise ${promise.id} of edition ${edition}: ${targetText(promise.target)} on calendar ${calendar.name} (version ${calendar.version})${tier}`,
      promise: promise.id,
      edition,
      calendar: calendar.name,
      calendarVersion: calendar.version,
      tierUsed: tierUsed ?? null,
      target: promise.target,
    },
    {
      kind: 'start',
      text: `cycle ${cycle} starts at ${zone.print(startMs)}, local date ${dateOf(startDay)}${startKnownBy ? BY_DAY_START : ''}`,
      from: zone.print(startMs),
    },
  ];
}

const BY_DAY_START = ': known by its date alone, so from the earliest that it may have been';

/** A target of ten years in windows of a minute has millions of them. */
export const EXPLAINED_WINDOWS_MAX = 1_000;

/** Of minute targets: the windows up to the deadline, or up to where a clock without one stands. */
function windows(clock: Clock, untilMs: number): Reason[] {
  if (!countsMinutes(clock)) return [];
  const { calendar } = clock.calendar;
  const { zone } = calendar;
  const endMs = Math.min(clock.deadlineMs ?? Infinity, clock.deadlineMs === null || clock.deadlineMs === Infinity ? untilMs : Infinity);
  const reasons: Reason[] = [];
  let fromMs = clock.startMs;
  for (const pause of [...clock.pauses, { fromMs: endMs, toMs: endMs }]) {
    for (const span of calendar.windowsBetween(fromMs, Math.min(pause.fromMs, endMs), EXPLAINED_WINDOWS_MAX + 1 - reasons.length)) {
      const [from, to] = [zone.print(span.fromMs), zone.print(span.toMs)];
      const minutes = Math.floor((span.toMs - span.fromMs) / MINUTE_MS);
      const toCome = span.fromMs >= untilMs;
      const text = `${minutes} minutes from ${from} to ${to}${toCome ? ', still to come' : ''}`;
      reasons.push({ kind: 'window', text, from, to, minutes, ...(toCome && { toCome }) });
    }
    if (reasons.length > EXPLAINED_WINDOWS_MAX) {
      reasons[EXPLAINED_WINDOWS_MAX] = { kind: 'note', text: `only the first ${EXPLAINED_WINDOWS_MAX} windows are listed` };
      return reasons;
    }
    fromMs = pause.toMs ?? endMs;
  }
  return reasons;
}

/** Of targets in business days: the dates that count. */
function days({ target, startDay, dueDay, calendar: { calendar } }: Clock): Reason[] {
  if (target.kind !== 'businessDays' || dueDay === null) return [];
  const dates: string[] = [];
  for (let day: number | undefined = dueDay; day !== undefined && day > startDay && dates.length < target.days; day--) {
    if (calendar.isWorking(day)) dates.unshift(dateOf(day));
    if (dates.length === EXPLAINED_WINDOWS_MAX) break;
  }
  const first = target.days - dates.length + 1;
  return dates.map((date, i) => ({ kind: 'day', text: `business day ${first + i} is ${date}`, date, day: first + i }));
}

function pauses(clock: TracedClock, untilMs: number): Reason[] {
  const { calendar } = clock.calendar;
  const { zone } = calendar;
  const evidence = clock.causes.filter((_, i) => clock.transitions[i]!.type === 'paused');
  return clock.pauses.map(({ fromMs, toMs, endedBy }, i) => {
    const from = zone.print(fromMs);
    const to = toMs === null ? undefined : zone.print(toMs);
    const minutes = Math.floor(calendar.accrued(fromMs, toMs ?? Math.max(fromMs, untilMs)) / MINUTE_MS);
    const end =
      toMs === null
        ? 'not answered yet'
        : { reply: 'the client replied', limit: 'the longest pause was over', stop: 'the clock ended' }[endedBy!];
    return {
      kind: 'pause',
      text: `waiting for the client from ${from}${to === undefined ? '' : ` to ${to}`}, ${minutes} business minutes: ${end}`,
      from,
      ...(to !== undefined && { to }),
      minutes,
      evidence: evidence[i]?.eventId ?? evidence[i]?.fact ?? null,
    };
  });
}

function changes(clock: TracedClock): Reason[] {
  const { zone } = clock.calendar.calendar;
  const print = (ms: number | null): string | null => (ms === null ? null : zone.print(ms));
  const recomputed = clock.transitions.flatMap((transition, i): Reason[] => {
    if (transition.type !== 'recomputed') return [];
    const { cause, detail, atMs, oldMs, newMs } = transition;
    const [was, is] = [print(oldMs), print(newMs)];
    const text = `${cause} change (${detail}) at ${zone.print(atMs)}: ${is === null ? 'less remains' : `deadline from ${was} to ${is}`}`;
    return [{ kind: 'recomputed', text, at: zone.print(atMs), cause, detail, was, is, evidence: clock.causes[i]?.eventId ?? null }];
  });
  const now: Reason[] =
    clock.target === clock.initialTarget
      ? []
      : [{ kind: 'policy', text: `from then on ${targetText(clock.target)}, tier ${clock.tier ?? 'none'}`, target: clock.target }];
  const refused = clock.refused.map(({ fact, why }): Reason => {
    const reason =
      why === 'too-late' ? 'recorded after the due date, or the clock was not running' : 'only a target in calendar days is extended';
    return { kind: 'extension', text: `the extension at ${zone.print(fact.atMs)} does not count: ${reason}`, at: zone.print(fact.atMs) };
  });
  return [...recomputed, ...now, ...refused];
}

function outcome(clock: TracedClock): Reason[] {
  const { zone, knownUntilDay } = clock.calendar.calendar;
  const { deadlineMs, dueDay, stoppedMs } = clock;
  const reasons: Reason[] = [];
  if (deadlineMs === Infinity) reasons.push({ kind: 'deadline', text: 'the calendar never reaches this target' });
  else if (deadlineMs !== null) {
    const due = dueDay === null ? '' : `, due date ${dateOf(dueDay)}`;
    reasons.push({ kind: 'deadline', text: `deadline ${zone.print(deadlineMs)}${due}`, at: zone.print(deadlineMs) });
  }
  if (isProvisional(clock))
    reasons.push({ kind: 'provisional', text: `holidays after ${dateOf(knownUntilDay)} are not known yet, so the deadline may move` });
  const breach = clock.transitions.findLast(({ type }) => type === 'breached');
  if (breach?.type === 'breached') {
    const at = zone.print(breach.deadlineMs);
    reasons.push({ kind: 'breach', text: `breached: not stopped when its deadline of ${at} had passed`, at });
  }
  const stop = stopCause(clock);
  if (stoppedMs !== null) {
    const byDay = clock.stoppedOn !== undefined;
    const minutes = countsMinutes(clock) && !byDay ? `, ${Math.floor(accruedUpTo(clock, stoppedMs) / MINUTE_MS)} minutes accrued` : '';
    const when = byDay ? `on ${clock.stoppedOn}, known by its date alone` : `at ${zone.print(stoppedMs)}${minutes}`;
    const verdict = clock.state === 'met' ? 'in time' : 'late';
    const text = `stopped ${when}: ${verdict}${recordedText(stop, deadlineMs, zone)}`;
    reasons.push({
      kind: 'stop',
      text,
      at: zone.print(stoppedMs),
      ...(stop?.recordedMs !== undefined && { recordedAt: zone.print(stop.recordedMs) }),
    });
  }
  if (clock.state === 'notMeasured') {
    const text = `stopped on ${stop?.date ?? 'a day'}, in which the deadline lies: whether in time is not measured`;
    reasons.push({ kind: 'stop', text, at: zone.print(clock.endedMs!) });
  }
  for (const { fact, atMs, recordedMs = atMs, eventId = null } of clock.lateEvidence) {
    const [at, recordedAt] = [zone.print(atMs), zone.print(recordedMs)];
    const text = `${fact} at ${at} was recorded at ${recordedAt}, after the deadline: the breach stands until a second person confirms it`;
    reasons.push({ kind: 'note', text, at, recordedAt, evidence: eventId });
  }
  return reasons;
}

const stopCause = ({ transitions, causes }: TracedClock): CaseFact | null =>
  causes[transitions.findLastIndex(({ type }) => type === 'met' || type === 'completedLate' || type === 'notMeasured')] ?? null;

/** When the stop was written down, where that was after the deadline, or is when it counts from. */
function recordedText(stop: CaseFact | null, deadlineMs: number | null, zone: Zone): string {
  if (stop?.recordedMs === undefined) return '';
  const recorded = `, recorded at ${zone.print(stop.recordedMs)}`;
  if (stop.statedMs !== undefined) return `${recorded}, from when it counts: it states ${zone.print(stop.statedMs)}`;
  return keptByLateEvidence({ deadlineMs }, stop) ? `${recorded}, after the deadline` : '';
}

/** A target in words, for explanations. */
export function targetText(target: Target): string {
  switch (target.kind) {
    case 'businessMinutes':
      return `${target.minutes} business minutes`;
    case 'businessDays':
      return `${target.days} business days`;
    case 'calendarDays':
      return `${target.days} calendar days`;
  }
}
