import { type LocalDate, severities, type StaffId, type Uuid, type When } from '#event-sourcing';
import { accruedUpTo, type CalendarInForce, type Clock, countsMinutes, isOpen } from './clock.js';
import { advance, cancel, extend, favour, pause, recalendar, resume, startClock, stop, unmeasure } from './clock-motion.js';
import { type FactBody, type HandbookEdition, type Metric, type Subject, type Target } from '../format/format.js';
import type { FullPromise } from '../handbook/promise-defaults.js';
import { editionInForce, kindKey, promiseOfKind, promisesFor } from './selection.js';
import { type DayNumber, dayOf, MINUTE_MS } from '../calendar/zone.js';

/**
 * A fact as the clocks take it. One that is known by its date alone lies in an interval: `atMs` is its beginning, `untilMs` its
 * end. It stops day targets by its date, and minute targets where the interval lies on one side of the deadline. An undated
 * one only sorts, and what it would have stopped is not measured.
 */
export type CaseFact = FactInCase &
  (
    | Exclude<FactBody, { fact: 'calendarRevised' }>
    | { fact: 'calendarRevised'; revised: CalendarInForce }
    /** The case comes from a source that does not record when these were done. */
    | { fact: 'unmeasured'; metrics: readonly Metric[] }
    /** A second person has seen the evidence of what this event says. */
    | { fact: 'evidenceConfirmed'; evidence: Uuid }
    /** The end of the day on which the client was asked. */
    | { fact: 'waitingBegins'; asked: number }
  );

export interface FactInCase {
  atMs: number;
  precision?: Exclude<When['precision'], 'instant'>;
  date?: LocalDate;
  /** Of a fact known by its date: as stored, the midnight that ends it; as placed, the latest that it may have happened. */
  untilMs?: number;
  /** When it was written down; absent: as it happened. */
  recordedMs?: number;
  /** A system of record says it, not a person. */
  ofSystem?: true;
  /** A second person has confirmed it. */
  confirmed?: true;
  /** Of late evidence that nobody has confirmed, which counts from its recording: when it is said to have happened. */
  statedMs?: number;
  /** The event that it was read from, and where in the log it is. */
  eventId?: Uuid;
  position?: number;
  actorId?: StaffId;
}

export interface CaseInput {
  subject: Subject;
  /** In any order; `position` tells in which they were stated. */
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
  /** Started by what is known by its day alone. */
  startKnownBy?: 'day';
  /** Of the stop, where it is known by its date alone. */
  stoppedOn?: LocalDate;
  /** Recorded late, confirmed by nobody, and kept if it were. */
  lateEvidence: CaseFact[];
}

/**
 * All commitments of one case, each cycle its own, in the order they started: a fold of the facts up to and including
 * `untilMs`. The facts are placed, and in the order in which they apply (see `weigh`).
 */
export function runFacts(input: CaseInput, untilMs: number): TracedClock[] {
  const known = input.facts.filter(({ atMs }) => atMs <= untilMs);
  const run = new CaseRun(input, unmeasured(known));
  for (const fact of known) run.take(fact);
  run.advanceTo(untilMs);
  return run.clocks;
}

class CaseRun {
  readonly clocks: TracedClock[] = [];
  /** Those that a fact may still change: of a thousand updates all but one have ended. */
  private open: TracedClock[] = [];
  private readonly subject: Subject;
  private readonly calendars: Map<string, CalendarInForce>;
  /** Positions of questions known by their day that no reply has followed yet. */
  private readonly asked = new Set<number>();

  constructor(
    private readonly input: CaseInput,
    private readonly unmeasuredMetrics: ReadonlySet<Metric>,
  ) {
    this.subject = { ...input.subject };
    this.calendars = new Map(input.calendars);
  }

  take(fact: CaseFact): void {
    this.advanceTo(fact.atMs);
    this.apply(fact);
    for (const clock of this.open) fillCauses(clock, fact);
    this.open = this.open.filter(isOpen);
  }

  advanceTo(ms: number): void {
    for (const clock of this.open) {
      advance(clock, ms);
      fillCauses(clock, null);
    }
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
        if (fact.precision === undefined) for (const clock of this.open) pause(clock, atMs);
        else this.asked.add(fact.position ?? 0);
        return;
      case 'waitingBegins':
        if (this.asked.delete(fact.asked)) for (const clock of this.open) pause(clock, atMs);
        return;
      case 'clientReplied':
      case 'inbound':
        this.asked.clear();
        for (const clock of this.open) resume(clock, atMs, 'reply');
        return;
      case 'note':
      case 'unmeasured':
      case 'evidenceConfirmed':
        return;
      case 'accepted':
      case 'declined':
        return this.stop(fact, 'decision');
      case 'completed':
        this.stop(fact, 'resolution');
        return this.stop(fact, 'update');
      case 'cancelled':
        for (const clock of this.open) cancel(clock, atMs);
        return;
      case 'reopened':
        return this.reopen(fact);
      case 'stepStarted':
        return this.startStep(fact, fact.step);
      case 'stepCompleted':
        return this.stop(fact, 'step', fact.step);
      case 'tierChanged':
        this.subject.tier = fact.to;
        for (const clock of this.open) {
          if (clock.promise.tierMode === 'favourable_only' && this.favourWith(clock, fact, { tier: fact.to }, 'tier')) clock.tier = fact.to;
        }
        return;
      case 'severityChanged':
        this.subject.severity = fact.to;
        for (const clock of this.open) {
          if (severities.indexOf(fact.to) <= severities.indexOf(clock.severity ?? 'low')) continue;
          this.favourWith(clock, fact, { severity: fact.to }, 'severity');
          // a promotion that moved nothing by itself may now make a difference; a demotion never does
          if (clock.promise.tierMode === 'favourable_only')
            this.favourWith(clock, fact, { severity: fact.to, tier: this.subject.tier }, 'severity');
          clock.severity = fact.to;
        }
        return;
      case 'extended':
        for (const clock of this.open) {
          if (clock.promise.id !== fact.promise) continue;
          const answer = extend(clock, atMs, fact.days);
          if (answer !== 'extended') clock.refused.push({ fact, why: answer });
        }
        return;
      case 'calendarRevised':
        this.calendars.set(fact.revised.name, fact.revised);
        for (const clock of this.open) if (clock.calendar.name === fact.revised.name) recalendar(clock, atMs, fact.revised);
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
    const startDay: DayNumber = fact.date === undefined ? calendar.calendar.dayAt(fact.atMs) : dayOf(fact.date);
    const { tier, severity } = this.subject;
    const clock = startClock({ promise, edition: pinned.edition, cycle, calendar, startMs: fact.atMs, startDay, tier, severity, target });
    const traced: TracedClock = { ...clock, causes: [], refused: [], pinned, initialTarget: clock.target, lateEvidence: [] };
    if (fact.precision === 'day') traced.startKnownBy = 'day';
    this.clocks.push(traced);
    this.open.push(traced);
  }

  private humanOutbound(fact: CaseFact): void {
    this.stop(fact, 'acknowledgement');
    this.stop(fact, 'firstResponse');
    const ended = this.open.filter((clock) => clock.promise.metric === 'update' && isOpen(clock));
    this.stop(fact, 'update');
    for (const { promise, pinned, cycle, target } of ended) if (promise.recurring) this.start(fact, promise, pinned, cycle + 1, target);
  }

  private stop(fact: CaseFact, metric: Metric, step?: string): void {
    for (const clock of this.open) {
      if (clock.promise.metric !== metric || clock.promise.step !== step || !isOpen(clock)) continue;
      if (fact.precision === 'day') stopByDate(clock, fact);
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

/** A stop known by its date alone (clocks.md, "Evidence"): a day target compares dates, a minute target asks on which side of its deadline the interval lies. */
function stopByDate(clock: TracedClock, { atMs, untilMs = atMs, date }: CaseFact): void {
  const { state, deadlineMs, dueDay } = clock;
  const ending = state === 'running' && countsMinutes(clock) && deadlineMs !== null && deadlineMs < untilMs;
  if (ending) return unmeasure(clock, atMs);
  stop(clock, atMs, !countsMinutes(clock) && date !== undefined && dueDay !== null && dayOf(date) > dueDay);
  if (date !== undefined) clock.stoppedOn = date;
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
