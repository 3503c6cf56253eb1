import type { Instant, Uuid } from '#event-sourcing';

/** What a commitment is counted and listed by. */
export const commitmentDimensions = [
  'process',
  'tier',
  'channel',
  'severity',
  'branch',
  'staff',
  'month',
  'metric',
  'promise',
  'class',
  'edition',
] as const;
export type CommitmentDimension = (typeof commitmentDimensions)[number];
/** The dimensions that some commitments have no value of. */
export const absentDimensions = ['tier', 'channel', 'severity', 'staff'] as const;
export type AbsentDimension = (typeof absentDimensions)[number];

/**
 * Of the commitments that are due: all, those kept, those missed, and of the missed those that are excused, still open or
 * stopped late; stopped: all that has a measured time; of all, those kept by late evidence, and those whose start is known
 * by its day. In no percentage: those cancelled after a breach that their cancellation undid, and those not measured.
 */
export const commitmentOutcomes = [
  'due',
  'met',
  'missed',
  'excused',
  'open',
  'late',
  'stopped',
  'keptByLateEvidence',
  'startKnownByDay',
  'cancelledAfterBreach',
  'notMeasured',
] as const;
export type CommitmentOutcome = (typeof commitmentOutcomes)[number];
/** What waits for a second person, or has been decided by one. */
export const lateEvidenceStatuses = ['waiting', 'confirmed', 'refused'] as const;

/** `(after, upTo]`: what falls on the midnight that ends a month belongs to that month. */
export interface InstantRange {
  after?: Instant;
  upTo?: Instant;
}

export interface CommitmentFilter {
  state?: string;
  metric?: string;
  class?: string;
  step?: string;
  process?: string;
  tier?: string;
  channel?: string;
  severity?: string;
  promise?: string;
  edition?: number;
  branch?: string;
  staff?: string;
  /** Dimensions of which they have no value. */
  without?: readonly AbsentDimension[];
  clientId?: Uuid;
  subjectId?: Uuid;
  deadline?: InstantRange;
  stopped?: InstantRange;
  outcome?: CommitmentOutcome;
  lateEvidence?: (typeof lateEvidenceStatuses)[number];
  /** What is due is due by then. */
  dueBy?: Instant;
  stoppedBy?: Instant;
  /** Neither stopped nor cancelled. */
  open?: boolean;
  notPaused?: boolean;
  /** Something can still be done: not a breach that is excused, nor one of a case that has ended. */
  actionable?: boolean;
}

/** A breach of a case that has ended stays a breach, and open in every list, but nobody works on it any more. */
const ACTIONABLE = `(state <> 'breached' OR (excuse <> 'excused'
  AND NOT EXISTS (SELECT FROM read.requests r WHERE r.request_id = subject_id AND r.status IN ('completed', 'cancelled'))
  AND NOT EXISTS (SELECT FROM read.complaints c WHERE c.complaint_id = subject_id AND c.status = 'closed')))`;

/** Columns of read.commitments by what a filter names them. */
export const commitmentColumns = {
  state: 'state',
  metric: 'metric',
  class: 'class',
  step: 'step',
  process: 'process',
  tier: 'tier',
  channel: 'channel',
  severity: 'severity',
  promise: 'promise',
  edition: 'edition',
  branch: 'branch_id',
  staff: 'staff_id',
  lateEvidence: 'late_evidence_status',
  clientId: 'client_id',
  subjectId: 'subject_id',
} as const;

// a deadline that has passed is missed whether or not somebody has noticed yet; one that is kept says so
const IS_DUE = "state NOT IN ('cancelled', 'notMeasured')";
const outcomes: Record<CommitmentOutcome, string> = {
  due: IS_DUE,
  met: "state = 'met'",
  missed: `${IS_DUE} AND state <> 'met'`,
  excused: `${IS_DUE} AND state <> 'met' AND excuse = 'excused'`,
  open: `${IS_DUE} AND state <> 'met' AND ended_at IS NULL`,
  late: "state = 'completedLate'",
  stopped: `${IS_DUE} AND elapsed_minutes IS NOT NULL`,
  keptByLateEvidence: "state = 'met' AND kept_by_late_evidence",
  startKnownByDay: `${IS_DUE} AND start_known_by = 'day'`,
  cancelledAfterBreach: 'cancelled_after_breach',
  notMeasured: "state = 'notMeasured'",
};

/** SQL that is true of a row of read.commitments whose outcome, once its deadline has passed, is this. */
export const outcomeSql = (outcome: CommitmentOutcome): string => `(${outcomes[outcome]})`;

/** What may be in a figure at all: never what was cancelled before it was breached. */
export const COUNTED = "(state <> 'cancelled' OR cancelled_after_breach) AND deadline_at IS NOT NULL";

/** Conditions and their values, in the order of their placeholders. */
export class Conditions {
  private readonly texts: string[] = [];
  readonly values: unknown[] = [];

  /** Each `$` stands for the next value. */
  add(text: string, ...values: readonly unknown[]): this {
    let count = this.values.length;
    this.values.push(...values);
    this.texts.push(text.replaceAll('$', () => `$${++count}`));
    return this;
  }

  say(text: string): this {
    this.texts.push(text);
    return this;
  }

  within(column: string, { after, upTo }: InstantRange = {}): this {
    if (after !== undefined) this.add(`${column} > $::timestamptz`, after);
    if (upTo !== undefined) this.add(`${column} <= $::timestamptz`, upTo);
    return this;
  }

  get where(): string {
    return this.texts.length === 0 ? '' : `WHERE ${this.texts.map((text) => `(${text})`).join(' AND ')}`;
  }
}

export function conditionsOf(filter: CommitmentFilter): Conditions {
  const conditions = new Conditions();
  for (const [member, column] of Object.entries(commitmentColumns) as [keyof typeof commitmentColumns, string][]) {
    if (filter[member] !== undefined) conditions.add(`${column} = $`, filter[member]);
  }
  for (const dimension of filter.without ?? []) conditions.say(`${commitmentColumns[dimension]} IS NULL`);
  conditions.within('deadline_at', filter.deadline).within('stopped_at', filter.stopped);
  conditions.within('stopped_at', { upTo: filter.stoppedBy });
  if (filter.open) conditions.say('ended_at IS NULL');
  if (filter.actionable) conditions.say(ACTIONABLE);
  if (filter.notPaused) conditions.say("state <> 'paused'");
  if (filter.outcome !== undefined) conditions.say(`${COUNTED} AND ${outcomeSql(filter.outcome)}`);
  if (filter.dueBy !== undefined) conditions.add('deadline_at <= $::timestamptz', filter.dueBy);
  return conditions;
}
