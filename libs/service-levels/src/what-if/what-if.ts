import type { Instant } from '#event-sourcing';
import { runCase, type CaseFact, type TracedClock } from '../clock/case.js';
import { accruedUpTo, type CalendarInForce, countsMinutes, isProvisional, pausedUpTo } from '../clock/clock.js';
import { explain } from '../clock/explain.js';
import type { Calendar, Fact, PromiseAnswer, WhatIfAnswer, WhatIfDocument } from '../format/format.js';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { kindKey } from '../clock/selection.js';
import { dateOf, MINUTE_MS } from '../calendar/zone.js';

/** With these calendars and editions, and this course of events: what was promised, what was kept, and why. */
export function answerWhatIf(document: WhatIfDocument): WhatIfAnswer {
  const { calendars: named, handbook, subject, timeline } = document;
  const calendars = new Map(Object.entries(named).map(([name, calendar]) => [name, firstVersion(name, calendar)]));
  const input = { subject, handbookAt: () => handbook, calendars, facts: factsOfTimeline(timeline, named) };
  return { answers: document.asOf.map((asOf) => ({ asOf, promises: promiseAnswers(runCase(input, Date.parse(asOf)), Date.parse(asOf)) })) };
}

/** One entry a promise, in the order they started: its latest cycle, with the earlier ones inside. */
export function promiseAnswers(clocks: readonly TracedClock[], untilMs: number): PromiseAnswer[] {
  const kinds = new Map<string, TracedClock[]>();
  for (const clock of clocks) kinds.set(kindKey(clock.promise), [...(kinds.get(kindKey(clock.promise)) ?? []), clock]);
  return [...kinds.values()].map((cycles) => {
    const earlier = cycles.slice(0, -1).map((clock) => promiseAnswer(clock, untilMs));
    return { ...promiseAnswer(cycles.at(-1)!, untilMs), ...(earlier.length > 0 && { earlier }) };
  });
}

/** A clock as it is answered at an instant up to which it has run. */
export function promiseAnswer(clock: TracedClock, untilMs: number): PromiseAnswer {
  const { promise, edition, cycle, state, startMs, startDay, deadlineMs, dueDay, stoppedMs, endedMs } = clock;
  const { calendar } = clock.calendar;
  const print = (ms: number): Instant => calendar.zone.print(ms);
  const atMs = endedMs ?? untilMs;
  const minutesOf = (ms: number): number => Math.floor(ms / MINUTE_MS);
  const inMinutes = countsMinutes(clock);
  return {
    promise: promise.id,
    metric: promise.metric,
    class: promise.class,
    ...(promise.step !== undefined && { step: promise.step }),
    edition,
    cycle,
    state,
    startedAt: print(startMs),
    startDate: dateOf(startDay),
    deadlineAt: deadlineMs === null || deadlineMs === Infinity ? null : print(deadlineMs),
    dueDate: dueDay === null ? null : dateOf(dueDay),
    stoppedAt: stoppedMs === null ? null : print(stoppedMs),
    provisional: isProvisional(clock),
    accruedMinutes: inMinutes ? minutesOf(accruedUpTo(clock, atMs)) : null,
    pausedMinutes: inMinutes ? minutesOf(pausedUpTo(clock, atMs)) : null,
    remainingMinutes: inMinutes ? minutesOf(remainingMs(clock, atMs)) : null,
    elapsedMinutes: minutesOf(Math.max(0, atMs - startMs)),
    warnings: clock.transitions.flatMap((t) => (t.type === 'warned' ? [{ percent: t.percent, at: print(t.atMs) }] : [])),
    escalations: clock.transitions.flatMap((t) =>
      t.type === 'escalated' ? [{ afterMinutes: t.afterMinutes, toRole: t.toRole, at: print(t.atMs) }] : [],
    ),
    why: explain(clock, untilMs),
  };
}

/** Business time until the deadline; what will run again, while paused. */
export function remainingMs(clock: TracedClock, atMs: number): number {
  if (clock.deadlineMs === null) return clock.goalMs - accruedUpTo(clock, atMs);
  if (clock.deadlineMs === Infinity) return clock.goalMs - accruedUpTo(clock, atMs);
  return clock.calendar.calendar.accrued(atMs, clock.deadlineMs);
}

const firstVersion = (name: string, calendar: Calendar): CalendarInForce => ({ name, version: 1, calendar: PreparedCalendar.of(calendar) });

/** Each revision adds to what its calendar was before. */
function factsOfTimeline(timeline: readonly Fact[], calendars: WhatIfDocument['calendars']): CaseFact[] {
  const current = new Map(Object.entries(calendars).map(([name, calendar]) => [name, { version: 1, calendar }]));
  return timeline.map(({ at, ...body }): CaseFact => {
    const atMs = Date.parse(at);
    if (body.fact !== 'calendarRevised') return { atMs, ...body };
    const { calendar: name, closed = [], special = {} } = body;
    const { version, calendar } = current.get(name)!;
    const revised = {
      version: version + 1,
      calendar: { ...calendar, closed: [...(calendar.closed ?? []), ...closed], special: { ...calendar.special, ...special } },
    };
    current.set(name, revised);
    return { atMs, fact: 'calendarRevised', revised: { name, version: revised.version, calendar: PreparedCalendar.of(revised.calendar) } };
  });
}
