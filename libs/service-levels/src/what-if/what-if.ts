import type { Instant } from '#event-sourcing';
import type { CaseFact, TracedClock } from '../clock/case.js';
import { runCase, weigh } from '../clock/evidence.js';
import { thresholdsOf } from '../clock/thresholds.js';
import { accruedUpTo, type CalendarInForce, countsMinutes, isProvisional, pausedUpTo } from '../clock/clock.js';
import { explain } from '../clock/explain.js';
import type { Calendar, PromiseAnswer, WhatIfAnswer, WhatIfDocument } from '../format/format.js';
import { isWord } from '../clock/missing-events.js';
import { knownAt, timelineFacts } from './timeline.js';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { kindKey } from '../clock/selection.js';
import { dateOf, MINUTE_MS } from '../calendar/zone.js';

/** With these calendars and editions, and this course of events: what was promised, what was kept, and why. */
export function answerWhatIf(document: WhatIfDocument): WhatIfAnswer {
  const { calendars: named, handbook, subject } = document;
  const calendars = new Map(Object.entries(named).map(([name, calendar]) => [name, firstVersion(name, calendar)]));
  const facts = timelineFacts(document);
  const input = { subject, handbookAt: () => handbook, calendars };
  const answers = document.asOf.map((asOf) => {
    const asOfMs = Date.parse(asOf);
    return { asOf, promises: promiseAnswers(runCase(weigh({ ...input, facts: knownAt(facts, asOfMs) }), asOfMs), asOfMs) };
  });
  return { answers };
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
  const { warnings, escalations } = thresholdsOf(clock);
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
    ...(clock.startKnownBy !== undefined && { startKnownBy: clock.startKnownBy }),
    deadlineAt: deadlineMs === null || deadlineMs === Infinity ? null : print(deadlineMs),
    dueDate: dueDay === null ? null : dateOf(dueDay),
    stoppedAt: stoppedMs === null ? null : print(stoppedMs),
    ...(clock.stoppedOn !== undefined && { stoppedOn: clock.stoppedOn }),
    provisional: isProvisional(clock),
    accruedMinutes: inMinutes ? minutesOf(accruedUpTo(clock, atMs)) : null,
    pausedMinutes: inMinutes ? minutesOf(pausedUpTo(clock, atMs)) : null,
    remainingMinutes: inMinutes ? minutesOf(remainingMs(clock, atMs)) : null,
    elapsedMinutes: minutesOf(Math.max(0, atMs - startMs)),
    warnings: warnings.map(({ atMs: threshold, ...warning }) => ({ ...warning, at: threshold === null ? null : print(threshold) })),
    escalations: escalations.map(({ atMs: threshold, ...one }) => ({ ...one, at: threshold === null ? null : print(threshold) })),
    ...(clock.lateEvidence.length > 0 && { lateEvidence: clock.lateEvidence.flatMap((fact) => shownEvidence(fact, print)) }),
    why: explain(clock, untilMs),
  };
}

function shownEvidence({ fact, atMs, recordedMs = atMs }: CaseFact, print: (ms: number) => Instant) {
  return isWord(fact) ? [{ fact, statedAt: print(atMs), recordedAt: print(recordedMs) }] : [];
}

/** Business time until the deadline; what will run again, while paused. */
export function remainingMs(clock: TracedClock, atMs: number): number {
  if (clock.deadlineMs === null) return clock.goalMs - accruedUpTo(clock, atMs);
  if (clock.deadlineMs === Infinity) return clock.goalMs - accruedUpTo(clock, atMs);
  return clock.calendar.calendar.accrued(atMs, clock.deadlineMs);
}

const firstVersion = (name: string, calendar: Calendar): CalendarInForce => ({ name, version: 1, calendar: PreparedCalendar.of(calendar) });
