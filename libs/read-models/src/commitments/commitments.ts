import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { carryData } from '#privacy';
import { type ClockEvent, type CommitmentEvent, commitmentEvents, isClockEvent, type Standing, stood } from '#service-levels';
import { firstOfItsStream, type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

export interface CommitmentRow {
  commitmentId: Uuid;
  clientId: Uuid;
  branchId: string;
  version: number;
  changedPosition: number;
  subjectKind: string;
  subjectId: Uuid;
  metric: string;
  class: string;
  step: string | null;
  promise: string;
  edition: number;
  cycle: number;
  process: string;
  tier: string | null;
  channel: string | null;
  severity: string | null;
  staffId: string | null;
  calendar: string;
  targetKind: string;
  state: Standing['state'];
  startedAt: Instant;
  startDate: LocalDate;
  deadlineAt: Instant | null;
  dueDate: LocalDate | null;
  provisional: boolean;
  stoppedAt: Instant | null;
  endedAt: Instant | null;
  pausedSince: Instant | null;
  accruedMinutes: number | null;
  pausedMinutes: number | null;
  elapsedMinutes: number | null;
  warnedPercent: number | null;
  escalationLevel: number;
  excuse: 'none' | 'requested' | 'excused';
  corrected: boolean;
  /** JSON of CommitmentDetails. */
  details: string;
}

export interface CommitmentDetails {
  /** What its clock did, as it stands: the first is its start, with the promise as its edition has it. */
  clockEvents: readonly ClockEvent[];
  corrections: readonly { at: Instant; cause: Uuid | null; was: Standing; is: Standing }[];
  /** Extensions, and what was asked and decided about an excuse; reasons as SealedField. */
  acts: readonly Record<string, unknown>[];
}

export const commitmentTable = new RowTable<CommitmentRow>('commitments', ['commitmentId'], {
  commitmentId: ['commitment_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  version: ['version', 'int'],
  changedPosition: ['changed_position', 'bigint'],
  subjectKind: ['subject_kind', 'text'],
  subjectId: ['subject_id', 'uuid'],
  metric: ['metric', 'text'],
  class: ['class', 'text'],
  step: ['step', 'text'],
  promise: ['promise', 'text'],
  edition: ['edition', 'int'],
  cycle: ['cycle', 'int'],
  process: ['process', 'text'],
  tier: ['tier', 'text'],
  channel: ['channel', 'text'],
  severity: ['severity', 'text'],
  staffId: ['staff_id', 'text'],
  calendar: ['calendar', 'text'],
  targetKind: ['target_kind', 'text'],
  state: ['state', 'text'],
  startedAt: ['started_at', 'timestamptz'],
  startDate: ['start_date', 'date'],
  deadlineAt: ['deadline_at', 'timestamptz'],
  dueDate: ['due_date', 'date'],
  provisional: ['provisional', 'boolean'],
  stoppedAt: ['stopped_at', 'timestamptz'],
  endedAt: ['ended_at', 'timestamptz'],
  pausedSince: ['paused_since', 'timestamptz'],
  accruedMinutes: ['accrued_minutes', 'int'],
  pausedMinutes: ['paused_minutes', 'int'],
  elapsedMinutes: ['elapsed_minutes', 'int'],
  warnedPercent: ['warned_percent', 'int'],
  escalationLevel: ['escalation_level', 'int'],
  excuse: ['excuse', 'text'],
  corrected: ['corrected', 'boolean'],
  details: ['details', 'text'],
});

/** Every commitment as it stands. */
export const commitments = (): Projection => ({
  ...projectionIds.commitments,
  handles: Object.keys(commitmentEvents),
  apply: (db, events) => commitmentTable.foldInto(db, events, (event) => event.streamId, foldCommitment, firstOfItsStream),
});

function foldCommitment(row: CommitmentRow | undefined, event: ProjectedEvent): CommitmentRow {
  const stated = { type: event.type, data: event.body } as unknown as CommitmentEvent;
  if (!row && stated.type !== 'CommitmentStarted') throw new Error(`${event.type} of a commitment that was never started`);
  const next = stated.type === 'CommitmentStarted' ? startedRow(event, stated) : moved(row!, event, stated);
  return { ...next, version: event.version, changedPosition: event.position };
}

function moved(row: CommitmentRow, event: ProjectedEvent, stated: CommitmentEvent): CommitmentRow {
  const details = JSON.parse(row.details) as CommitmentDetails;
  if (isClockEvent(stated)) {
    return { ...clocked(row, stated), details: JSON.stringify({ ...details, clockEvents: [...details.clockEvents, stated] }) };
  }
  const acted = (change: Partial<CommitmentRow>): CommitmentRow => {
    const act = { type: stated.type, ...carryData(commitmentEvents[stated.type], event.body, event.eventId) };
    return { ...row, ...change, details: JSON.stringify({ ...details, acts: [...details.acts, act] }) };
  };
  switch (stated.type) {
    case 'CommitmentCorrected':
      return corrected(row, details, stated.data, event);
    case 'CommitmentExtended':
      return acted({});
    case 'ExcuseRequested':
      return acted({ excuse: 'requested' });
    case 'BreachExcused':
      return acted({ excuse: 'excused' });
    case 'ExcuseRefused':
      return acted({ excuse: 'none' });
  }
}

type Started = Extract<ClockEvent, { type: 'CommitmentStarted' }>;

function startedRow(event: ProjectedEvent, { data, type }: Started): CommitmentRow {
  const { subject, promise, target } = data;
  const details: CommitmentDetails = { clockEvents: [{ type, data }], corrections: [], acts: [] };
  return {
    commitmentId: event.streamId,
    clientId: data.clientId,
    branchId: event.meta.branchId,
    version: event.version,
    changedPosition: event.position,
    subjectKind: subject.kind,
    subjectId: subject.id,
    metric: data.metric,
    class: data.class,
    step: data.step ?? null,
    promise: promise.id,
    edition: data.edition,
    cycle: data.cycle,
    process: data.process,
    tier: data.tierUsed ?? null,
    channel: data.channel ?? null,
    severity: data.severity ?? null,
    staffId: data.startedBy ?? null,
    calendar: data.calendar,
    targetKind: target.kind,
    state: 'running',
    startedAt: data.startedAt,
    startDate: data.startDate,
    deadlineAt: data.deadlineAt,
    dueDate: data.dueDate,
    provisional: data.provisional,
    stoppedAt: null,
    endedAt: null,
    pausedSince: null,
    accruedMinutes: null,
    pausedMinutes: null,
    elapsedMinutes: null,
    warnedPercent: null,
    escalationLevel: 0,
    excuse: 'none',
    corrected: false,
    details: JSON.stringify(details),
  };
}

/** How the row stands after a clock event. */
function clocked(row: CommitmentRow, event: ClockEvent): CommitmentRow {
  const { state, deadlineAt, dueDate, provisional, stoppedAt } = stood({ ...row, elapsedMinutes: row.elapsedMinutes ?? 0 }, event);
  const next: CommitmentRow = { ...row, state, deadlineAt, dueDate, provisional, stoppedAt };
  switch (event.type) {
    case 'WarningReached':
      return { ...next, warnedPercent: Math.max(row.warnedPercent ?? 0, event.data.percent) };
    case 'CommitmentPaused':
      return { ...next, pausedSince: event.data.at };
    case 'CommitmentResumed':
      return { ...next, pausedSince: null };
    case 'CommitmentEscalated':
      return { ...next, escalationLevel: event.data.level };
    case 'CommitmentMet':
    case 'CommitmentCompletedLate': {
      const { accruedMinutes, pausedMinutes, elapsedMinutes, stoppedBy } = event.data;
      const measured = { accruedMinutes, pausedMinutes, elapsedMinutes, staffId: stoppedBy ?? row.staffId };
      return { ...next, endedAt: stoppedAt, pausedSince: null, ...measured };
    }
    case 'CommitmentCancelled':
      return { ...next, endedAt: event.data.at, pausedSince: null };
    case 'CommitmentStarted':
    case 'DeadlineRecomputed':
    case 'CommitmentBreached':
      return next;
  }
}

/** Evidence came late: the row is what the history, as it stands now, makes of its start. People's acts stay. */
function corrected(
  row: CommitmentRow,
  { clockEvents: before, corrections, acts }: CommitmentDetails,
  { was, is, cause, kept, history }: Extract<CommitmentEvent, { type: 'CommitmentCorrected' }>['data'],
  event: ProjectedEvent,
): CommitmentRow {
  const clockEvents = [...before.slice(0, kept), ...history];
  const [first, ...rest] = clockEvents;
  if (first?.type !== 'CommitmentStarted') throw new Error('a commitment’s history begins with its start');
  const fresh = {
    ...startedRow(event, first),
    commitmentId: row.commitmentId,
    branchId: row.branchId,
    excuse: row.excuse,
    corrected: true,
  };
  const details: CommitmentDetails = { clockEvents, corrections: [...corrections, { at: event.recordedAt, cause, was, is }], acts };
  return { ...rest.reduce(clocked, fresh), details: JSON.stringify(details) };
}
