import { type LocalDate, severities, type StaffId, type Uuid, type When } from '#event-sourcing';
import { accruedUpTo, type CalendarInForce, type Clock, countsMinutes, isOpen } from './clock.js';
import { advance, cancel, extend, favour, pause, recalendar, resume, startClock, stop } from './clock-motion.js';
import { type FactBody, type HandbookEdition, type Metric, type Subject, type Target } from '../format/format.js';
import type { FullPromise } from '../handbook/promise-defaults.js';
import { editionInForce, kindKey, promiseOfKind, promisesFor } from './selection.js';
import { type DayNumber, dayOf, MINUTE_MS } from '../calendar/zone.js';

/**
 * A fact as the clocks take it. One that is known by its date alone has that midnight for `atMs`; it stops and starts day
 * targets by its date, and no minute target. An undated one only sorts, and what it would have stopped is not measured.
 */
export type CaseFact = {
  atMs: number;
  precision?: Exclude<When['precision'], 'instant'>;
  date?: LocalDate;
  /** The event that it was read from, and where in the log it is. */
  eventId?: Uuid;
  position?: number;
  actorId?: StaffId;
} & (
  | Exclude<FactBody, { fact: 'calendarRevised' }>
  | { fact: 'calendarRevised'; revised: CalendarInForce }
  /** The case comes from a source that does not record when these were done. */
  | { fact: 'unmeasured'; metrics: readonly Metric[] }
);

export interface CaseInput {
  subject: Subject;
  /** In order of `atMs`; equal instants apply in this order. */
  facts: readonly CaseFact[];
  /** The editions as they were known when a fact was recorded. */
  handbookAt: (fact: CaseFact) => readonly HandbookEdition[];
  /** By name, each in the version known at the beginning; revisions are facts. */
  calendars: ReadonlyMap<string, CalendarInForce>;
}

/** A clock with the fact behind each of its transitions; null where time alone was. */
export interface TracedClock extends Clock {
  causes: (CaseFact | null)[];
  /** Why an extension did not count, by its fact. */
  refused: { fact: CaseFact; why: 'not-calendar-days' | 'too-late' }[];
  pinned: HandbookEdition;
  /** As it was at the start. */
  initialTarget: Target;
}

/** All commitments of one case, each cycle its own, in the order they started: a fold of the facts up to and including `untilMs`. */
export function runCase(input: CaseInput, untilMs: number): TracedClock[] {
  const known = input.facts.filter(({ atMs }) => atMs <= untilMs);
  const run = new CaseRun(input, unmeasured(known));
  for (const fact of known) run.take(fact);
  for (const clock of run.clocks) advance(clock, untilMs);
  return run.clocks;
}

class CaseRun {
  readonly clocks: TracedClock[] = [];
  private readonly subject: Subject;
  private readonly calendars: Map<string, CalendarInForce>;

  constructor(
    private readonly input: CaseInput,
    private readonly unmeasuredMetrics: ReadonlySet<Metric>,
  ) {
    this.subject = { ...input.subject };
    this.calendars = new Map(input.calendars);
  }

  take(fact: CaseFact): void {
    for (const clock of this.clocks) {
      advance(clock, fact.atMs);
      fillCauses(clock, null);
    }
    this.apply(fact);
    for (const clock of this.clocks) fillCauses(clock, fact);
  }

  private apply(fact: CaseFact): void {
    const { atMs } = fact;
    switch (fact.fact) {
      case 'received':
        return this.startAll(fact);
      case 'outbound':
        if (fact.by === 'automatic') return this.stop(fact, 'acknowledgement');
        return this.humanOutbound(fact);
      case 'clientAsked':
        this.humanOutbound(fact);
        if (fact.precision === undefined) for (const clock of this.clocks) pause(clock, atMs);
        return;
      case 'clientReplied':
      case 'inbound':
        for (const clock of this.clocks) resume(clock, atMs, 'reply');
        return;
      case 'note':
      case 'unmeasured':
        return;
      case 'accepted':
      case 'declined':
        return this.stop(fact, 'decision');
      case 'completed':
        this.stop(fact, 'resolution');
        return this.stop(fact, 'update');
      case 'cancelled':
        for (const clock of this.clocks) cancel(clock, atMs);
        return;
      case 'reopened':
        return this.reopen(fact);
      case 'stepStarted':
        return this.startStep(fact, fact.step);
      case 'stepCompleted':
        return this.stop(fact, 'step', fact.step);
      case 'tierChanged':
        this.subject.tier = fact.to;
        for (const clock of this.clocks) {
          if (clock.promise.tierMode === 'favourable_only' && this.favourWith(clock, fact, { tier: fact.to }, 'tier')) clock.tier = fact.to;
        }
        return;
      case 'severityChanged':
        this.subject.severity = fact.to;
        for (const clock of this.clocks) {
          if (severities.indexOf(fact.to) <= severities.indexOf(clock.severity ?? 'low')) continue;
          this.favourWith(clock, fact, { severity: fact.to }, 'severity');
          // a promotion that moved nothing by itself may now make a difference; a demotion never does
          if (clock.promise.tierMode === 'favourable_only')
            this.favourWith(clock, fact, { severity: fact.to, tier: this.subject.tier }, 'severity');
          clock.severity = fact.to;
        }
        return;
      case 'extended':
        for (const clock of this.clocks) {
          if (clock.promise.id !== fact.promise || !isOpen(clock)) continue;
          const answer = extend(clock, atMs, fact.days);
          if (answer !== 'extended') clock.refused.push({ fact, why: answer });
        }
        return;
      case 'calendarRevised':
        this.calendars.set(fact.revised.name, fact.revised);
        for (const clock of this.clocks) if (clock.calendar.name === fact.revised.name) recalendar(clock, atMs, fact.revised);
        return;
    }
  }

  private startAll(fact: CaseFact): void {
    const edition = editionInForce(this.input.handbookAt(fact), fact.atMs);
    if (!edition) return;
    for (const promise of promisesFor(edition, this.subject)) if (promise.metric !== 'step') this.start(fact, promise, edition, 1);
  }

  private startStep(fact: CaseFact, step: string): void {
    const edition = editionInForce(this.input.handbookAt(fact), fact.atMs);
    if (!edition) return;
    for (const promise of promisesFor(edition, this.subject)) {
      if (promise.metric !== 'step' || promise.step !== step) continue;
      const last = this.lastOf(promise);
      if (!last || !isOpen(last)) this.start(fact, promise, edition, (last?.cycle ?? 0) + 1);
    }
  }

  private start(fact: CaseFact, promise: FullPromise, pinned: HandbookEdition, cycle: number, target?: Target): void {
    const calendar = this.calendars.get(promise.calendar);
    if (!calendar || fact.precision === 'unknown' || this.unmeasuredMetrics.has(promise.metric)) return;
    if (fact.precision === 'day' && promise.target.kind === 'businessMinutes') return; // nothing invents a time of day
    const startDay: DayNumber = fact.date === undefined ? calendar.calendar.dayAt(fact.atMs) : dayOf(fact.date);
    const { tier, severity } = this.subject;
    const clock = startClock({ promise, edition: pinned.edition, cycle, calendar, startMs: fact.atMs, startDay, tier, severity, target });
    this.clocks.push({ ...clock, causes: [], refused: [], pinned, initialTarget: clock.target });
  }

  private humanOutbound(fact: CaseFact): void {
    this.stop(fact, 'acknowledgement');
    this.stop(fact, 'firstResponse');
    const ended = this.clocks.filter((clock) => clock.promise.metric === 'update' && isOpen(clock));
    this.stop(fact, 'update');
    for (const { promise, pinned, cycle, target } of ended) if (promise.recurring) this.start(fact, promise, pinned, cycle + 1, target);
  }

  private stop(fact: CaseFact, metric: Metric, step?: string): void {
    for (const clock of this.clocks) {
      if (clock.promise.metric !== metric || clock.promise.step !== step || !isOpen(clock)) continue;
      if (fact.precision === 'day') stopByDate(clock, fact.atMs, dayOf(fact.date!));
      else stop(clock, fact.atMs);
    }
  }

  private reopen(fact: CaseFact): void {
    const kinds = new Map(this.clocks.map((clock) => [kindKey(clock.promise), clock])); // the latest cycle of each
    for (const last of kinds.values()) {
      const { promise } = last;
      if (promise.class === 'regulatory' || promise.metric === 'step' || isOpen(last)) continue;
      this.start(fact, promise, last.pinned, last.cycle + 1, reopenedTarget(last));
    }
  }

  private lastOf(promise: FullPromise): TracedClock | undefined {
    return this.clocks.findLast((clock) => kindKey(clock.promise) === kindKey(promise));
  }

  private favourWith(clock: TracedClock, fact: CaseFact, change: Partial<Subject>, cause: 'tier' | 'severity'): boolean {
    if (!isOpen(clock)) return false;
    const { tier, severity } = clock;
    const target = promiseOfKind(clock.pinned, { ...this.subject, tier, severity, ...change }, clock.promise)?.target;
    return target !== undefined && favour(clock, fact.atMs, target, cause, String(change[cause]));
  }
}

/** What is left of a minute target, or the floor; day targets and update cycles begin anew. */
function reopenedTarget(last: TracedClock): Target {
  const { promise, target } = last;
  if (target.kind !== 'businessMinutes' || promise.reopenMode === 'new_cycle' || promise.recurring) return target;
  const leftMs = target.minutes * MINUTE_MS - accruedUpTo(last, last.endedMs!);
  return { kind: 'businessMinutes', minutes: Math.max(leftMs / MINUTE_MS, promise.reopenFloorMinutes) };
}

function stopByDate(clock: TracedClock, midnightMs: number, day: DayNumber): void {
  if (!countsMinutes(clock)) return stop(clock, midnightMs, clock.dueDay !== null && day > clock.dueDay);
  // whether a minute target was met within a day cannot be said of its date alone, unless the day is wholly on one side
  const endMs = clock.calendar.calendar.midnightEnding(day);
  if (clock.state === 'breached' || (clock.deadlineMs !== null && endMs <= clock.deadlineMs)) stop(clock, midnightMs);
  else cancel(clock, midnightMs);
}

/** The metrics whose stop is known to have happened and not when, or of which the source is silent. */
function unmeasured(facts: readonly CaseFact[]): ReadonlySet<Metric> {
  const metrics = new Set<Metric>();
  for (const stated of facts) {
    const { fact, precision } = stated;
    if (stated.fact === 'unmeasured') for (const metric of stated.metrics) metrics.add(metric);
    if (precision !== 'unknown') continue;
    if (fact === 'completed') metrics.add('resolution').add('update');
    if (fact === 'accepted' || fact === 'declined') metrics.add('decision');
    if (fact === 'outbound' || fact === 'clientAsked') metrics.add('acknowledgement').add('firstResponse').add('update');
  }
  return metrics;
}

function fillCauses(clock: TracedClock, cause: CaseFact | null): void {
  while (clock.causes.length < clock.transitions.length) clock.causes.push(cause);
}
