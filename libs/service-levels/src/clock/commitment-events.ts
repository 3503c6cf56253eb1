import {
  derivedId,
  type DomainEvent,
  type EventDefinitions,
  type Instant,
  type LocalDate,
  type ProblemTitle,
  type Severity,
  type StaffId,
  type SubjectKind,
  type Uuid,
} from '#event-sourcing';
import type { RecomputeCause } from './clock.js';
import type { CommitmentState, FactName, Metric, PromiseClass, Target } from '../format/format.js';
import type { FullPromise } from '../handbook/promise-defaults.js';
export interface SubjectRef {
  kind: SubjectKind;
  id: Uuid;
}

/** How a commitment stands: what lists, figures and corrections say of it. */
export interface Standing {
  state: CommitmentState;
  /** null while paused, or where the calendar never reaches it. */
  deadlineAt: Instant | null;
  dueDate: LocalDate | null;
  stoppedAt: Instant | null;
  provisional: boolean;
  /** Business minutes, floored; null for day targets. */
  accruedMinutes: number | null;
  pausedMinutes: number | null;
  elapsedMinutes: number;
}

/** What a stopped clock measured. Minutes as in Standing. */
type Measured = Pick<Standing, 'accruedMinutes' | 'pausedMinutes' | 'elapsedMinutes'>;

/** The event of another stream that made it so; absent where time alone did. */
interface Evidenced {
  evidence?: Uuid;
}

/** What the clock does, in order, as decided from the log: each has the instant that it is true of. */
export type ClockEvent =
  | {
      type: 'CommitmentStarted';
      data: {
        clientId: Uuid;
        subject: SubjectRef;
        process: string;
        channel?: string;
        severity?: Severity;
        metric: Metric;
        class: PromiseClass;
        step?: string;
        /** The promise as the edition has it, with every default stated. */
        promise: FullPromise;
        edition: number;
        cycle: number;
        calendar: string;
        calendarVersion: number;
        tierUsed?: string;
        /** What this cycle has, where a reopening resumes what was left. */
        target: Target;
        startedAt: Instant;
        /** Who recorded what started it. */
        startedBy?: StaffId;
        startDate: LocalDate;
        /** The receipt is known by its date alone. */
        startKnownBy?: 'day';
        deadlineAt: Instant | null;
        dueDate: LocalDate | null;
        provisional: boolean;
      } & Evidenced;
    }
  | { type: 'WarningReached'; data: { percent: number; at: Instant; detectedAt: Instant } }
  | { type: 'CommitmentPaused'; data: { at: Instant } & Evidenced }
  | { type: 'CommitmentResumed'; data: { at: Instant; by: 'reply' | 'limit'; deadlineAt: Instant | null } & Evidenced }
  | {
      type: 'DeadlineRecomputed';
      data: {
        at: Instant;
        cause: RecomputeCause;
        /** The new tier, severity, calendar version, or the days. */
        detail: string;
        old: Instant | null;
        new: Instant | null;
        dueDate: LocalDate | null;
        provisional: boolean;
      } & Evidenced;
    }
  | { type: 'CommitmentBreached'; data: { deadlineAt: Instant; detectedAt: Instant } }
  | { type: 'CommitmentEscalated'; data: { level: number; afterMinutes: number; toRole: string; at: Instant; detectedAt: Instant } }
  | {
      type: 'CommitmentMet';
      data: {
        stoppedAt: Instant;
        stoppedOn?: LocalDate;
        stoppedBy?: StaffId;
        deadlineAt: Instant | null;
        /** What stopped it was recorded after the deadline. */
        lateEvidence?: true;
      } & Measured &
        Evidenced;
    }
  | {
      type: 'CommitmentCompletedLate';
      data: { stoppedAt: Instant; stoppedOn?: LocalDate; stoppedBy?: StaffId } & Measured & Evidenced;
    }
  /** Stopped on a day in which the deadline lies. */
  | {
      type: 'CommitmentNotMeasured';
      data: { stoppedOn?: LocalDate; stoppedBy?: StaffId; at: Instant; deadlineAt: Instant | null } & Evidenced;
    }
  | { type: 'CommitmentCancelled'; data: { at: Instant; cause: 'subjectCancelled' | 'notMeasurable' } & Evidenced };

/** What a second person has seen before confirming late evidence. */
export const evidenceKinds = ['document', 'letter', 'email', 'message', 'callRecording', 'deliveryReceipt', 'other'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

export type CommitmentEvent =
  | ClockEvent
  /** Evidence recorded late: the first `kept` clock events stand, `history` takes the place of the rest. */
  | {
      type: 'CommitmentCorrected';
      data: {
        was: Standing;
        is: Standing;
        cause: Uuid | null;
        /** A breach is undone by what was recorded after it. */
        kind?: 'lateEvidence';
        kept: number;
        history: readonly ClockEvent[];
      };
    }
  /** Somebody says, after the deadline, that the promise was kept: the breach stands until a second person has confirmed it. */
  | {
      type: 'LateEvidenceStated';
      data: { evidence: Uuid; fact: FactName; statedAt: Instant; statedOn?: LocalDate; recordedAt: Instant; statedBy?: StaffId };
    }
  | {
      type: 'LateEvidenceConfirmed';
      data: {
        subject: SubjectRef;
        evidence: Uuid;
        kind: EvidenceKind;
        reference: string;
        /** Of the document, in hexadecimal. */
        sha256: string;
        confirmedBy: StaffId;
        at: Instant;
      };
    }
  | { type: 'LateEvidenceRefused'; data: { evidence: Uuid; refusedBy: StaffId; at: Instant; reason: string } }
  | {
      type: 'CommitmentExtended';
      data: { subject: SubjectRef; promise: string; days: number; at: Instant; extendedBy: StaffId; reason: string };
    }
  | { type: 'ExcuseRequested'; data: { requestedBy: StaffId; at: Instant; reason: string } }
  | { type: 'BreachExcused'; data: { requestedBy: StaffId; approvedBy: StaffId; at: Instant; reason: string } }
  | { type: 'ExcuseRefused'; data: { refusedBy: StaffId; at: Instant; reason: string } };

const measured = { accruedMinutes: 'P1', pausedMinutes: 'P1', elapsedMinutes: 'P1' } as const;

export const commitmentEvents: EventDefinitions<CommitmentEvent> = {
  CommitmentStarted: {
    version: 1,
    fields: {
      clientId: 'P1',
      subject: 'P1',
      process: 'P1',
      channel: 'P1',
      severity: 'P1',
      metric: 'P1',
      class: 'P1',
      step: 'P1',
      promise: 'P1',
      edition: 'P1',
      cycle: 'P1',
      calendar: 'P1',
      calendarVersion: 'P1',
      tierUsed: 'P1',
      target: 'P1',
      startedAt: 'P1',
      startedBy: 'P1',
      startDate: 'P1',
      startKnownBy: 'P1',
      deadlineAt: 'P1',
      dueDate: 'P1',
      provisional: 'P1',
      evidence: 'P1',
    },
  },
  WarningReached: { version: 1, fields: { percent: 'P1', at: 'P1', detectedAt: 'P1' } },
  CommitmentPaused: { version: 1, fields: { at: 'P1', evidence: 'P1' } },
  CommitmentResumed: { version: 1, fields: { at: 'P1', by: 'P1', deadlineAt: 'P1', evidence: 'P1' } },
  DeadlineRecomputed: {
    version: 1,
    fields: { at: 'P1', cause: 'P1', detail: 'P1', old: 'P1', new: 'P1', dueDate: 'P1', provisional: 'P1', evidence: 'P1' },
  },
  CommitmentBreached: { version: 1, fields: { deadlineAt: 'P1', detectedAt: 'P1' } },
  CommitmentEscalated: { version: 1, fields: { level: 'P1', afterMinutes: 'P1', toRole: 'P1', at: 'P1', detectedAt: 'P1' } },
  CommitmentMet: {
    version: 1,
    fields: { stoppedAt: 'P1', stoppedOn: 'P1', stoppedBy: 'P1', deadlineAt: 'P1', lateEvidence: 'P1', ...measured, evidence: 'P1' },
  },
  CommitmentCompletedLate: { version: 1, fields: { stoppedAt: 'P1', stoppedOn: 'P1', stoppedBy: 'P1', ...measured, evidence: 'P1' } },
  CommitmentNotMeasured: { version: 1, fields: { stoppedOn: 'P1', stoppedBy: 'P1', at: 'P1', deadlineAt: 'P1', evidence: 'P1' } },
  CommitmentCancelled: { version: 1, fields: { at: 'P1', cause: 'P1', evidence: 'P1' } },
  CommitmentCorrected: { version: 1, fields: { was: 'P1', is: 'P1', cause: 'P1', kind: 'P1', kept: 'P1', history: 'P1' } },
  LateEvidenceStated: {
    version: 1,
    fields: { evidence: 'P1', fact: 'P1', statedAt: 'P1', statedOn: 'P1', recordedAt: 'P1', statedBy: 'P1' },
  },
  LateEvidenceConfirmed: {
    version: 1,
    fields: { subject: 'P1', evidence: 'P1', kind: 'P1', reference: 'P3', sha256: 'P1', confirmedBy: 'P1', at: 'P1' },
  },
  LateEvidenceRefused: { version: 1, fields: { evidence: 'P1', refusedBy: 'P1', at: 'P1', reason: 'P3' } },
  CommitmentExtended: { version: 1, fields: { subject: 'P1', promise: 'P1', days: 'P1', at: 'P1', extendedBy: 'P1', reason: 'P3' } },
  ExcuseRequested: { version: 1, fields: { requestedBy: 'P1', at: 'P1', reason: 'P3' } },
  BreachExcused: { version: 1, fields: { requestedBy: 'P1', approvedBy: 'P1', at: 'P1', reason: 'P3' } },
  ExcuseRefused: { version: 1, fields: { refusedBy: 'P1', at: 'P1', reason: 'P3' } },
};

export const commitmentProblems = {
  'commitment-not-started': { en: 'There is no such commitment', zh: '服务承诺不存在' },
  'commitment-ended': { en: 'The commitment has ended', zh: '服务承诺已结束' },
  'commitment-not-of-days': { en: 'Only a promise in calendar days can be extended', zh: '只有以自然日计的承诺可以延期' },
  'extension-too-late': { en: 'An extension counts only on or before the due date', zh: '延期须在到期日当日或之前登记' },
  'commitment-not-breached': { en: 'Only a missed commitment can be excused', zh: '只有未兑现的承诺可以豁免' },
  'excuse-not-requested': { en: 'Nobody has asked to excuse this', zh: '尚无豁免申请' },
  'excuse-already-requested': { en: 'Somebody has asked to excuse this already', zh: '已有豁免申请' },
  'excused-by-themselves': { en: 'A second person decides on an excuse', zh: '申请人不能审批自己的豁免申请' },
  'late-evidence-not-waiting': { en: 'No such late evidence waits for a second person', zh: '没有待第二人确认的此项补录证据' },
  'late-evidence-ambiguous': { en: 'Several pieces of late evidence wait: name one', zh: '有多项补录证据待确认，请指明其一' },
  'late-evidence-by-themselves': {
    en: 'A second person decides on late evidence, not who stated it',
    zh: '补录证据须由陈述人以外的第二人确认',
  },
  'already-excused': { en: 'The breach is excused already', zh: '该违约已豁免' },
} as const satisfies Record<string, ProblemTitle>;

/** A commitment of a case: its kind and its cycle make its id, so that a replay finds the same stream. */
export const commitmentStream = (subject: Uuid, clientId: Uuid, kind: string, cycle: number) => ({
  id: derivedId(subject, `commitment|${kind}|${cycle}`),
  kind: 'commitment',
  key: clientId,
});

const clockEventTypes: ReadonlySet<string> = new Set<ClockEvent['type']>([
  'CommitmentStarted',
  'WarningReached',
  'CommitmentPaused',
  'CommitmentResumed',
  'DeadlineRecomputed',
  'CommitmentBreached',
  'CommitmentEscalated',
  'CommitmentMet',
  'CommitmentCompletedLate',
  'CommitmentCancelled',
  'CommitmentNotMeasured',
]);

export const isClockEvent = (event: DomainEvent): event is ClockEvent => clockEventTypes.has(event.type);
