import type { Instant, LocalDate, StaffId, Uuid } from '#event-sourcing';
import type { CaseFact, TracedClock } from './case.js';
import { accruedUpTo, countsMinutes, finite, isProvisional, pausedUpTo, type Transition } from './clock.js';
import { type CommitmentStreamState, isMissed, type StatedLate, stood } from './commitment.js';
import { keptByLateEvidence } from './evidence.js';
import type { ClockEvent, CommitmentEvent, Standing, SubjectRef } from './commitment-events.js';
import type { FactName, Subject } from '../format/format.js';
import { dateOf, type DayNumber, MINUTE_MS } from '../calendar/zone.js';

/** Of what a commitment is one. */
export interface CaseOf {
  clientId: Uuid;
  ref: SubjectRef;
  subject: Subject;
}

export interface Noticing {
  /** When the log, or the time, was looked at. */
  detectedAt: Instant;
  /** The event that was; null where it was time. */
  cause: Uuid | null;
}

/**
 * What a commitment's stream is to say next: the clock's own list of events, beyond those the stream has. Where the two
 * part, because evidence came late, one correction puts the clock's list in place of what followed.
 */
export function missingEvents(
  state: CommitmentStreamState,
  clock: TracedClock | undefined,
  of: CaseOf,
  noticing: Noticing,
): CommitmentEvent[] {
  if (!clock) return withdrawn(state, noticing);
  const wanted = clock.transitions.map((transition, i) => clockEvent(clock, transition, clock.causes[i] ?? null, of, noticing.detectedAt));
  if (state.status === 'none') return [...wanted, ...statedLate(clock, [])];
  const stated = statedLate(clock, state.lateEvidence);
  const recorded = state.clockEvents;
  let kept = 0;
  while (kept < recorded.length && kept < wanted.length && markOf(recorded[kept]!) === markOf(wanted[kept]!)) kept++;
  if (kept === recorded.length) return [...wanted.slice(kept), ...stated];
  const history = wanted.slice(kept);
  const is = history.reduce(stood, recorded.slice(0, kept).reduce(stood, state.standing));
  const corrected: CommitmentEvent = {
    type: 'CommitmentCorrected',
    data: { was: state.standing, is, cause: noticing.cause, kept, history },
  };
  if (isMissed(state.standing) && !isMissed(is)) corrected.data.kind = 'lateEvidence';
  return [corrected, ...stated];
}

/** Late evidence that the stream does not speak of yet. */
function statedLate({ lateEvidence }: TracedClock, known: readonly StatedLate[]): CommitmentEvent[] {
  return lateEvidence.flatMap(({ eventId, fact, atMs, date, recordedMs = atMs, actorId }): CommitmentEvent[] => {
    const spoken = isWord(fact) && eventId !== undefined && !known.some(({ evidence }) => evidence === eventId);
    if (!spoken) return [];
    const data: Extract<CommitmentEvent, { type: 'LateEvidenceStated' }>['data'] = {
      evidence: eventId,
      fact,
      statedAt: at(atMs),
      recordedAt: at(recordedMs),
    };
    if (date !== undefined) data.statedOn = date;
    if (actorId !== undefined) data.statedBy = actorId;
    return [{ type: 'LateEvidenceStated', data }];
  });
}

/** Up to when the stream has spoken of time: a clock is never compared with less than that, or it would seem to forget. */
export function spokenUntilMs(state: CommitmentStreamState): number {
  if (state.status === 'none') return -Infinity;
  return Math.max(...state.clockEvents.map(instantMsOf));
}

/** The clock should not have run: what it would measure is not known. */
function withdrawn(state: CommitmentStreamState, { detectedAt: at, cause: evidence }: Noticing): CommitmentEvent[] {
  if (state.status === 'none' || state.standing.state === 'cancelled' || state.standing.state === 'notMeasured') return [];
  return [{ type: 'CommitmentCancelled', data: { at, cause: 'notMeasurable', ...(evidence && { evidence }) } }];
}

/** What late evidence may be, in the words of the format. */
export const isWord = (fact: CaseFact['fact']): fact is FactName =>
  fact !== 'unmeasured' && fact !== 'evidenceConfirmed' && fact !== 'waitingBegins';

const at = (ms: number): Instant => new Date(ms).toISOString();
const atOrNull = (ms: number | null): Instant | null => (ms === null ? null : at(ms));
const dateOrNull = (day: DayNumber | null) => (day === null ? null : dateOf(day));

function clockEvent(clock: TracedClock, transition: Transition, fact: CaseFact | null, of: CaseOf, detectedAt: Instant): ClockEvent {
  const evidenced = fact?.eventId === undefined ? {} : { evidence: fact.eventId };
  const stoppedBy: { stoppedBy?: StaffId } = fact?.actorId === undefined ? {} : { stoppedBy: fact.actorId };
  const stoppedOn: { stoppedOn?: LocalDate } = onDate(fact);
  switch (transition.type) {
    case 'started':
      return { type: 'CommitmentStarted', data: { ...started(clock, transition, of, fact?.actorId), ...evidenced } };
    case 'warned':
      return { type: 'WarningReached', data: { percent: transition.percent, at: at(transition.atMs), detectedAt } };
    case 'paused':
      return { type: 'CommitmentPaused', data: { at: at(transition.atMs), ...evidenced } };
    case 'resumed': {
      const deadlineAt = atOrNull(transition.deadlineMs);
      return { type: 'CommitmentResumed', data: { at: at(transition.atMs), by: transition.by, deadlineAt, ...evidenced } };
    }
    case 'recomputed': {
      const { cause, detail, oldMs, newMs, dueDay, provisional } = transition;
      const dates = { old: atOrNull(oldMs), new: atOrNull(newMs), dueDate: dateOrNull(dueDay) };
      return { type: 'DeadlineRecomputed', data: { at: at(transition.atMs), cause, detail, ...dates, provisional, ...evidenced } };
    }
    case 'breached':
      return { type: 'CommitmentBreached', data: { deadlineAt: at(transition.deadlineMs), detectedAt } };
    case 'escalated': {
      const { level, afterMinutes, toRole, atMs } = transition;
      return { type: 'CommitmentEscalated', data: { level, afterMinutes, toRole, at: at(atMs), detectedAt } };
    }
    case 'met': {
      const deadlineAt = atOrNull(transition.deadlineMs);
      const data = { ...stoppedOn, ...stoppedBy, deadlineAt, ...measuredAt(clock, transition.atMs), ...evidenced };
      const late = keptByLateEvidence(clock, fact) ? { lateEvidence: true as const } : {};
      return { type: 'CommitmentMet', data: { stoppedAt: at(transition.atMs), ...data, ...late } };
    }
    case 'completedLate': {
      const data = { stoppedAt: at(transition.atMs), ...stoppedOn, ...stoppedBy, ...measuredAt(clock, transition.atMs), ...evidenced };
      return { type: 'CommitmentCompletedLate', data };
    }
    case 'notMeasured': {
      const deadlineAt = atOrNull(transition.deadlineMs);
      return { type: 'CommitmentNotMeasured', data: { at: at(transition.atMs), ...stoppedOn, ...stoppedBy, deadlineAt, ...evidenced } };
    }
    case 'cancelled':
      return { type: 'CommitmentCancelled', data: { at: at(transition.atMs), cause: causeOf(fact), ...evidenced } };
  }
}

const onDate = (fact: CaseFact | null): { stoppedOn?: LocalDate } => (fact?.date === undefined ? {} : { stoppedOn: fact.date });
const causeOf = (fact: CaseFact | null) => (fact?.fact === 'cancelled' ? 'subjectCancelled' : 'notMeasurable');

function started(
  { promise, edition, cycle, calendar, tierUsed, startMs, startDay, startKnownBy, initialTarget }: TracedClock,
  { deadlineMs, dueDay, provisional }: Extract<Transition, { type: 'started' }>,
  { clientId, ref, subject: { process, channel, severity } }: CaseOf,
  startedBy: StaffId | undefined,
): Extract<ClockEvent, { type: 'CommitmentStarted' }>['data'] {
  const { metric, class: promiseClass, step } = promise;
  return {
    clientId,
    subject: ref,
    process,
    ...(channel !== undefined && { channel }),
    ...(severity !== undefined && { severity }),
    metric,
    class: promiseClass,
    ...(step !== undefined && { step }),
    promise,
    edition,
    cycle,
    calendar: calendar.name,
    calendarVersion: calendar.version,
    ...(tierUsed !== undefined && { tierUsed }),
    target: initialTarget,
    startedAt: at(startMs),
    ...(startedBy !== undefined && { startedBy }),
    startDate: dateOf(startDay),
    ...(startKnownBy !== undefined && { startKnownBy }),
    deadlineAt: atOrNull(deadlineMs),
    dueDate: dateOrNull(dueDay),
    provisional,
  };
}

function measuredAt(clock: TracedClock, ms: number): Pick<Standing, 'accruedMinutes' | 'pausedMinutes' | 'elapsedMinutes'> {
  const minutes = countsMinutes(clock);
  return {
    accruedMinutes: minutes ? Math.floor(accruedUpTo(clock, ms) / MINUTE_MS) : null,
    pausedMinutes: minutes ? Math.floor(pausedUpTo(clock, ms) / MINUTE_MS) : null,
    elapsedMinutes: Math.floor(Math.max(0, ms - clock.startMs) / MINUTE_MS),
  };
}

/** How a clock stands, measured up to an instant or to its end. */
export function standingOf(clock: TracedClock, untilMs: number): Standing {
  const { state, deadlineMs, dueDay, stoppedMs } = clock;
  return {
    state,
    deadlineAt: atOrNull(finite(deadlineMs)),
    dueDate: dateOrNull(dueDay),
    stoppedAt: atOrNull(stoppedMs),
    provisional: isProvisional(clock),
    ...measuredAt(clock, clock.endedMs ?? untilMs),
  };
}

/** What makes two clock events the same: all that they say but when it was noticed and by which evidence. */
function markOf({ type, data }: ClockEvent): string {
  switch (type) {
    case 'CommitmentStarted':
      return [type, data.startedAt, data.promise.id, data.edition, data.deadlineAt, data.dueDate, data.provisional].join('|');
    case 'WarningReached':
      return [type, data.percent, data.at].join('|');
    case 'CommitmentPaused':
      return [type, data.at].join('|');
    case 'CommitmentResumed':
      return [type, data.at, data.by, data.deadlineAt].join('|');
    case 'DeadlineRecomputed':
      return [type, data.at, data.cause, data.detail, data.new, data.dueDate, data.provisional].join('|');
    case 'CommitmentBreached':
      return [type, data.deadlineAt].join('|');
    case 'CommitmentEscalated':
      return [type, data.level, data.toRole, data.at].join('|');
    case 'CommitmentMet':
      return [type, data.stoppedAt, data.deadlineAt].join('|');
    case 'CommitmentCompletedLate':
      return [type, data.stoppedAt].join('|');
    case 'CommitmentCancelled':
      return [type, data.at, data.cause].join('|');
    case 'CommitmentNotMeasured':
      return [type, data.at, data.deadlineAt].join('|');
  }
}

function instantMsOf({ type, data }: ClockEvent): number {
  switch (type) {
    case 'CommitmentStarted':
      return Date.parse(data.startedAt);
    case 'CommitmentBreached':
      return Date.parse(data.deadlineAt) + 1; // late is what comes after the deadline
    case 'CommitmentMet':
    case 'CommitmentCompletedLate':
      return Date.parse(data.stoppedAt);
    case 'WarningReached':
    case 'CommitmentPaused':
    case 'CommitmentResumed':
    case 'DeadlineRecomputed':
    case 'CommitmentEscalated':
    case 'CommitmentCancelled':
    case 'CommitmentNotMeasured':
      return Date.parse(data.at);
  }
}
