import type { Instant, Uuid } from '#event-sourcing';
import {
  type ClockEvent,
  type CommitmentEvent,
  commitmentEvents,
  isClockEvent,
  isMissed,
  settled,
  type Standing,
  type StatedLate,
  stood,
} from '#service-levels';
import {
  bigint,
  boolean,
  date,
  firstOfItsStream,
  int,
  type ProjectedEvent,
  projecting,
  type Projecting,
  type RowOf,
  RowTable,
  text,
  timestamptz,
  uuid,
} from '#projections';
import { carriedBy } from '../carried.js';

export interface CommitmentDetails {
  /** What its clock did, as it stands: the first is its start, with the promise as its edition has it. */
  clockEvents: readonly ClockEvent[];
  corrections: readonly { at: Instant; cause: Uuid | null; kind?: 'lateEvidence'; was: Standing; is: Standing }[];
  /** What was recorded after the deadline, and whether a second person has confirmed it. */
  lateEvidence: readonly ShownLateEvidence[];
  /** Extensions, and what was asked and decided about an excuse; reasons as SealedField. */
  acts: readonly Record<string, unknown>[];
}

export type ShownLateEvidence = Extract<CommitmentEvent, { type: 'LateEvidenceStated' }>['data'] & Pick<StatedLate, 'status'>;

export const commitmentTable = new RowTable('commitments', ['commitmentId'], {
  commitmentId: uuid,
  clientId: uuid,
  branchId: text,
  version: int,
  changedPosition: bigint,
  subjectKind: text,
  subjectId: uuid,
  metric: text,
  class: text,
  step: text.orNull,
  promise: text,
  edition: int,
  cycle: int,
  process: text,
  tier: text.orNull,
  channel: text.orNull,
  severity: text.orNull,
  staffId: text.orNull,
  calendar: text,
  targetKind: text,
  state: text.of<Standing['state']>(),
  startedAt: timestamptz,
  startDate: date,
  deadlineAt: timestamptz.orNull,
  dueDate: date.orNull,
  provisional: boolean,
  stoppedAt: timestamptz.orNull,
  endedAt: timestamptz.orNull,
  pausedSince: timestamptz.orNull,
  accruedMinutes: int.orNull,
  pausedMinutes: int.orNull,
  elapsedMinutes: int.orNull,
  warnedPercent: int.orNull,
  escalationLevel: int,
  excuse: text.of<'none' | 'requested' | 'excused'>(),
  corrected: boolean,
  startKnownBy: text.of<'day'>().orNull,
  stoppedOn: date.orNull,
  lateEvidenceStatus: text.of<'none' | StatedLate['status']>(),
  keptByLateEvidence: boolean,
  cancelledAfterBreach: boolean,
  /** JSON of CommitmentDetails. */
  details: text,
});
export type CommitmentRow = RowOf<typeof commitmentTable>;

type Started = Extract<CommitmentEvent, { type: 'CommitmentStarted' }>;
type Corrected = Extract<CommitmentEvent, { type: 'CommitmentCorrected' }>;

const carried = carriedBy(commitmentEvents);

/** Every commitment as it stands. */
export const projectCommitments = (): Projecting =>
  projecting([commitmentEvents], (db, events) =>
    commitmentTable.foldInto(db, events, (event) => event.streamId, foldCommitment, firstOfItsStream),
  );

function foldCommitment(row: CommitmentRow | undefined, event: ProjectedEvent<CommitmentEvent>): CommitmentRow {
  if (!row && event.type !== 'CommitmentStarted') throw new Error(`${event.type} of a commitment that was never started`);
  const next = event.type === 'CommitmentStarted' ? startedRow(event, event.data) : moved(row!, event);
  return { ...next, version: event.version, changedPosition: event.position };
}

function moved(row: CommitmentRow, event: ProjectedEvent<CommitmentEvent>): CommitmentRow {
  const details = JSON.parse(row.details) as CommitmentDetails;
  if (isClockEvent(event)) {
    const { type, data } = event;
    const clockEvents = [...details.clockEvents, { type, data }];
    return { ...clocked(row, event), details: JSON.stringify({ ...details, clockEvents }) };
  }
  const acted = (change: Partial<CommitmentRow>): CommitmentRow => {
    const act = { type: event.type, ...carried(event) };
    return { ...row, ...change, details: JSON.stringify({ ...details, acts: [...details.acts, act] }) };
  };
  switch (event.type) {
    case 'CommitmentCorrected':
      return corrected(row, details, event);
    case 'CommitmentExtended':
      return acted({});
    case 'ExcuseRequested':
      return acted({ excuse: 'requested' });
    case 'BreachExcused':
      return acted({ excuse: 'excused' });
    case 'ExcuseRefused':
      return acted({ excuse: 'none' });
    case 'LateEvidenceStated':
      return evidenced(row, details, [...details.lateEvidence, { ...event.data, status: 'waiting' }]);
    case 'LateEvidenceConfirmed':
    case 'LateEvidenceRefused': {
      const status = event.type === 'LateEvidenceConfirmed' ? 'confirmed' : 'refused';
      const acts = [...details.acts, { type: event.type, ...carried(event) }];
      return evidenced(row, { ...details, acts }, details.lateEvidence.map(settled(status, event.data.evidence)));
    }
  }
}

function evidenced(row: CommitmentRow, details: CommitmentDetails, lateEvidence: readonly ShownLateEvidence[]): CommitmentRow {
  const statuses = new Set(lateEvidence.map(({ status }) => status));
  const status = (['waiting', 'confirmed', 'refused'] as const).find((one) => statuses.has(one)) ?? 'none';
  return { ...row, lateEvidenceStatus: status, details: JSON.stringify({ ...details, lateEvidence }) };
}

function startedRow(event: ProjectedEvent<CommitmentEvent>, data: Started['data']): CommitmentRow {
  const { subject, promise, target } = data;
  const details: CommitmentDetails = { clockEvents: [{ type: 'CommitmentStarted', data }], corrections: [], acts: [], lateEvidence: [] };
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
    startKnownBy: data.startKnownBy ?? null,
    stoppedOn: null,
    lateEvidenceStatus: 'none',
    keptByLateEvidence: false,
    cancelledAfterBreach: false,
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
      return { ...stopped(next, event.data), keptByLateEvidence: event.data.lateEvidence === true };
    case 'CommitmentCompletedLate':
      return stopped(next, event.data);
    case 'CommitmentNotMeasured': {
      const { at, stoppedOn = null, stoppedBy } = event.data;
      return { ...next, endedAt: at, stoppedOn, pausedSince: null, staffId: stoppedBy ?? row.staffId };
    }
    case 'CommitmentCancelled':
      return {
        ...next,
        endedAt: event.data.at,
        pausedSince: null,
        cancelledAfterBreach: row.state === 'breached' && event.data.cause === 'subjectCancelled',
      };
    case 'CommitmentStarted':
    case 'DeadlineRecomputed':
    case 'CommitmentBreached':
      return next;
  }
}

/** Of minutes that are known by a day alone, none are measured. */
function stopped(
  row: CommitmentRow,
  data: Extract<ClockEvent, { type: 'CommitmentMet' | 'CommitmentCompletedLate' }>['data'],
): CommitmentRow {
  const { accruedMinutes, pausedMinutes, elapsedMinutes, stoppedBy, stoppedOn = null } = data;
  const ended = { ...row, endedAt: row.stoppedAt, pausedSince: null, stoppedOn, staffId: stoppedBy ?? row.staffId };
  const byDay = stoppedOn !== null || row.startKnownBy === 'day';
  if (byDay && row.targetKind === 'businessMinutes') return ended;
  return { ...ended, accruedMinutes, pausedMinutes, elapsedMinutes };
}

/** Evidence came late: the row is what the history, as it stands now, makes of its start. People's acts stay. */
function corrected(
  row: CommitmentRow,
  { clockEvents: before, corrections, acts, lateEvidence }: CommitmentDetails,
  event: ProjectedEvent<Corrected>,
): CommitmentRow {
  const { was, is, cause, kind, kept, history } = event.data;
  const clockEvents = [...before.slice(0, kept), ...history];
  const [first, ...rest] = clockEvents;
  if (first?.type !== 'CommitmentStarted') throw new Error('a commitment’s history begins with its start');
  const fresh = {
    ...startedRow(event, first.data),
    commitmentId: row.commitmentId,
    branchId: row.branchId,
    excuse: row.excuse,
    corrected: true,
  };
  const correction: CommitmentDetails['corrections'][number] = { at: event.recordedAt, cause, was, is };
  if (kind !== undefined) correction.kind = kind;
  const details: CommitmentDetails = { clockEvents, corrections: [...corrections, correction], acts, lateEvidence };
  const now = rest.reduce(clocked, fresh);
  // a breach that was undone by a cancellation stays in the figures of what was cancelled after a breach
  const cancelledAfterBreach = now.cancelledAfterBreach || row.cancelledAfterBreach || (isMissed(was) && is.state === 'cancelled');
  const standing = isMissed(is) ? lateEvidence : lateEvidence.map(settled('confirmed'));
  return evidenced({ ...now, cancelledAfterBreach }, details, standing);
}
