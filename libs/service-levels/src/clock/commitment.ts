import { type Decider, DomainError, type Instant, samePerson, type StaffId, type Uuid } from '#event-sourcing';
import {
  type ClockEvent,
  type CommitmentEvent,
  commitmentProblems,
  type EvidenceKind,
  isClockEvent,
  type Standing,
} from './commitment-events.js';
import { dayOf, Zone } from '../calendar/zone.js';

const refusal = DomainError.of(commitmentProblems);

/** What people may do. What the clock does is not decided here but follows from the facts: see `reconcile`. */
export type CommitmentCommand =
  /** `zone`: of the commitment's calendar, in which its due date is a date. */
  | { type: 'ExtendCommitment'; days: number; by: StaffId; now: Instant; zone: string; reason: string }
  | { type: 'RequestExcuse'; by: StaffId; now: Instant; reason: string }
  | { type: 'ApproveExcuse'; by: StaffId; now: Instant; reason: string }
  | { type: 'RefuseExcuse'; by: StaffId; now: Instant; reason: string }
  /** `evidence`: the event that states it; absent where only one waits. `sha256`: of the document, in hexadecimal. */
  | { type: 'ConfirmLateEvidence'; evidence?: Uuid; kind: EvidenceKind; reference: string; sha256: string; by: StaffId; now: Instant }
  | { type: 'RefuseLateEvidence'; evidence?: Uuid; by: StaffId; now: Instant; reason: string };

export interface KnownCommitment {
  started: Extract<ClockEvent, { type: 'CommitmentStarted' }>['data'];
  standing: Standing;
  /** The clock events that stand, in order, corrections applied. */
  clockEvents: readonly ClockEvent[];
  excuse: { status: 'none' } | { status: 'requested'; by: StaffId } | { status: 'excused' };
  lateEvidence: readonly StatedLate[];
}
/** Evidence that was recorded late, by the event that states it. */
export interface StatedLate {
  evidence: Uuid;
  by?: StaffId;
  status: 'waiting' | 'confirmed' | 'refused';
}
export type CommitmentStreamState = { status: 'none' } | ({ status: 'started' } & KnownCommitment);

export const commitment: Decider<CommitmentStreamState, CommitmentCommand, CommitmentEvent> = {
  kind: 'commitment',
  initial: { status: 'none' },
  decide(command, state): CommitmentEvent[] {
    if (state.status === 'none') throw refusal('commitment-not-started');
    const { now: at, by } = command;
    switch (command.type) {
      case 'ExtendCommitment':
        return [extended(state, command)];
      case 'RequestExcuse':
        requireBreached(state);
        if (state.excuse.status === 'requested') throw refusal('excuse-already-requested');
        return [{ type: 'ExcuseRequested', data: { requestedBy: by, at, reason: command.reason } }];
      case 'ApproveExcuse': {
        requireBreached(state);
        if (state.excuse.status !== 'requested') throw refusal('excuse-not-requested');
        if (samePerson(state.excuse.by, by)) throw refusal('excused-by-themselves');
        return [{ type: 'BreachExcused', data: { requestedBy: state.excuse.by, approvedBy: by, at, reason: command.reason } }];
      }
      case 'RefuseExcuse':
        if (state.excuse.status !== 'requested') throw refusal('excuse-not-requested');
        if (samePerson(state.excuse.by, by)) throw refusal('excused-by-themselves');
        return [{ type: 'ExcuseRefused', data: { refusedBy: by, at, reason: command.reason } }];
      case 'ConfirmLateEvidence': {
        const { kind, reference, sha256 } = command;
        const { subject } = state.started;
        const evidence = decidable(state, command);
        return [{ type: 'LateEvidenceConfirmed', data: { subject, evidence, kind, reference, sha256, confirmedBy: by, at } }];
      }
      case 'RefuseLateEvidence':
        return [{ type: 'LateEvidenceRefused', data: { evidence: decidable(state, command), refusedBy: by, at, reason: command.reason } }];
    }
  },
  evolve(state, event): CommitmentStreamState {
    if (event.type === 'CommitmentStarted') {
      return {
        status: 'started',
        started: event.data,
        standing: standingAtStart(event.data),
        clockEvents: [event],
        excuse: { status: 'none' },
        lateEvidence: [],
      };
    }
    if (state.status === 'none') return state;
    if (isClockEvent(event)) {
      return { ...state, standing: stood(state.standing, event), clockEvents: [...state.clockEvents, event] };
    }
    switch (event.type) {
      case 'CommitmentCorrected': {
        const { is, kept, history } = event.data;
        const lateEvidence = isMissed(is) ? state.lateEvidence : state.lateEvidence.map(settled('confirmed'));
        return { ...state, standing: is, clockEvents: [...state.clockEvents.slice(0, kept), ...history], lateEvidence };
      }
      case 'LateEvidenceStated': {
        const { evidence, statedBy: by } = event.data;
        return { ...state, lateEvidence: [...state.lateEvidence, { evidence, status: 'waiting', ...(by !== undefined && { by }) }] };
      }
      case 'LateEvidenceConfirmed':
        return { ...state, lateEvidence: state.lateEvidence.map(settled('confirmed', event.data.evidence)) };
      case 'LateEvidenceRefused':
        return { ...state, lateEvidence: state.lateEvidence.map(settled('refused', event.data.evidence)) };
      case 'CommitmentExtended':
        return state; // a fact that the clock answers with DeadlineRecomputed
      case 'ExcuseRequested':
        return { ...state, excuse: { status: 'requested', by: event.data.requestedBy } };
      case 'BreachExcused':
        return { ...state, excuse: { status: 'excused' } };
      case 'ExcuseRefused':
        return { ...state, excuse: { status: 'none' } };
    }
  },
};

export const isMissed = ({ state }: Pick<Standing, 'state'>): boolean => state === 'breached' || state === 'completedLate';

/** What of this waits becomes so; all of it, or what one event states. */
export const settled =
  (status: 'confirmed' | 'refused', of?: Uuid) =>
  <T extends Pick<StatedLate, 'evidence' | 'status'>>(one: T): T =>
    one.status === 'waiting' && (of === undefined || one.evidence === of) ? { ...one, status } : one;

export function standingAtStart({ deadlineAt, dueDate, provisional, target }: KnownCommitment['started']): Standing {
  const none = target.kind === 'businessMinutes' ? 0 : null;
  return {
    state: 'running',
    deadlineAt,
    dueDate,
    stoppedAt: null,
    provisional,
    accruedMinutes: none,
    pausedMinutes: none,
    elapsedMinutes: 0,
  };
}

/** How a commitment stands after a clock event. */
export function stood(before: Standing, event: ClockEvent): Standing {
  switch (event.type) {
    case 'CommitmentStarted':
      return standingAtStart(event.data);
    case 'WarningReached':
    case 'CommitmentEscalated':
      return before;
    case 'CommitmentPaused':
      return { ...before, state: 'paused', deadlineAt: null };
    case 'CommitmentResumed':
      return { ...before, state: 'running', deadlineAt: event.data.deadlineAt };
    case 'DeadlineRecomputed':
      return { ...before, deadlineAt: event.data.new, dueDate: event.data.dueDate, provisional: event.data.provisional };
    case 'CommitmentBreached':
      return { ...before, state: 'breached', deadlineAt: event.data.deadlineAt };
    case 'CommitmentMet': {
      const { stoppedAt, deadlineAt, accruedMinutes, pausedMinutes, elapsedMinutes } = event.data;
      return { ...before, state: 'met', stoppedAt, deadlineAt, accruedMinutes, pausedMinutes, elapsedMinutes };
    }
    case 'CommitmentCompletedLate': {
      const { stoppedAt, accruedMinutes, pausedMinutes, elapsedMinutes } = event.data;
      return { ...before, state: 'completedLate', stoppedAt, accruedMinutes, pausedMinutes, elapsedMinutes };
    }
    case 'CommitmentNotMeasured':
      return { ...before, state: 'notMeasured', deadlineAt: event.data.deadlineAt };
    case 'CommitmentCancelled':
      // a breach is a fact and stays, unless the clock should never have run
      return before.state === 'breached' && event.data.cause === 'subjectCancelled' ? before : { ...before, state: 'cancelled' };
  }
}

function extended(
  { standing, started }: KnownCommitment,
  { days, by: extendedBy, now: at, zone, reason }: Extract<CommitmentCommand, { type: 'ExtendCommitment' }>,
): CommitmentEvent {
  const { subject, promise, target } = started;
  if (target.kind !== 'calendarDays') throw refusal('commitment-not-of-days');
  if (standing.stoppedAt !== null || standing.state === 'cancelled' || standing.state === 'notMeasured') throw refusal('commitment-ended');
  const late = standing.dueDate === null || Zone.of(zone).dayAt(Date.parse(at)) > dayOf(standing.dueDate);
  if (late || standing.state === 'breached') throw refusal('extension-too-late');
  return { type: 'CommitmentExtended', data: { subject, promise: promise.id, days, at, extendedBy, reason } };
}

/** The late evidence that a second person may decide on. */
function decidable({ lateEvidence }: KnownCommitment, { evidence, by }: { evidence?: Uuid; by: StaffId }): Uuid {
  const waiting = lateEvidence.filter((one) => one.status === 'waiting' && (evidence === undefined || one.evidence === evidence));
  const [first, ...others] = waiting;
  if (!first) throw refusal('late-evidence-not-waiting');
  if (others.length > 0) throw refusal('late-evidence-ambiguous');
  if (samePerson(first.by, by)) throw refusal('late-evidence-by-themselves');
  return first.evidence;
}

function requireBreached({ standing, excuse }: KnownCommitment): void {
  if (excuse.status === 'excused') throw refusal('already-excused');
  if (!isMissed(standing)) throw refusal('commitment-not-breached');
}
