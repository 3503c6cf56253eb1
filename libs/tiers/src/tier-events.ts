import {
  derivedId,
  type EventDefinitions,
  type LocalDate,
  type ProblemTitle,
  type RationalText,
  type StaffId,
  type Uuid,
} from '#event-sourcing';

/** The ladder, ascending. Thresholds of a rule are configuration; the names and their order are fixed here. */
export const ladder = ['STANDARD', 'SILVER', 'GOLD', 'PLATINUM', 'DIAMOND'] as const;
export type TierName = (typeof ladder)[number];

export const overrideModes = ['floor', 'pin'] as const;
/** floor: effective = max(rule tier, override tier). pin: effective = override tier. */
export type OverrideMode = (typeof overrideModes)[number];

/** Half-open `[validFrom, validTo)` in local dates of the firm; `validTo` absent or null = open. */
export interface Override {
  mode: OverrideMode;
  tier: TierName;
  validFrom: LocalDate;
  validTo: LocalDate | null;
}

export interface TierInterval {
  tier: TierName;
  validFrom: LocalDate;
  validTo: LocalDate | null;
}

/** What an evaluation saw. Amounts in minor units of `currency`; the mean is exact, `adaMinor` rounds it half up for display. */
export interface EvaluatedInputs {
  currency: string;
  /** First day of the window that ends on the evaluation date. */
  windowFrom: LocalDate;
  ada: RationalText;
  adaMinor: number;
  /** First day of the twelve months that end on the evaluation date. */
  commissionFrom: LocalDate;
  netCommission: RationalText;
  netCommissionMinor: number;
  /** Accounts owned, and facts in force within the windows. */
  accounts: number;
  facts: number;
}

export interface TierEvaluation {
  /** The evaluation date; a change takes effect on the next day. */
  on: LocalDate;
  ruleVersion: string;
  /** Rule tier before, the highest tier entered, whether the tier before is retained, and the rule tier after. */
  current: TierName;
  candidate: TierName;
  retained: boolean;
  tier: TierName;
  /** After this evaluation. */
  strikes: number;
  /** Effective date of the promotion whose grace may still run; null where there was none since the tier was lowered. */
  promotedFrom: LocalDate | null;
  inputs: EvaluatedInputs;
  /** Log position up to which facts were known. */
  knownTo: number;
}

export const stopReasons = ['sequence-gap', 'day-incomplete', 'rate-missing', 'amount-too-large', 'facts-parked'] as const;
export interface StopReason {
  code: (typeof stopReasons)[number];
  source?: string;
  accountId?: string;
  /** Currency without a rate, or the sequence numbers that are missing, e.g. `17-19`. */
  detail?: string;
}

/** The rule tier, what it rests on, and overrides, in one stream a client. */
export type TierEvent =
  | { type: 'TierInitialised'; data: { tier: TierName; effectiveFrom: LocalDate; basis: string } }
  | { type: 'TierPromoted'; data: { from: TierName; to: TierName; effectiveFrom: LocalDate; ruleVersion?: string } }
  | { type: 'TierDemoted'; data: { from: TierName; to: TierName; effectiveFrom: LocalDate; ruleVersion?: string } }
  /** One evaluation, whatever came of it. A later one for the same day, made because facts came late, takes its place. */
  | { type: 'TierEvaluated'; data: TierEvaluation }
  /** The evaluation of a day could not be made; strikes stay as they were. */
  | { type: 'TierEvaluationStopped'; data: { on: LocalDate; ruleVersion: string; reasons: readonly StopReason[]; knownTo: number } }
  | { type: 'TierCorrected'; data: { intervals: readonly TierInterval[]; cause: string; affectedCommitments: readonly Uuid[] } }
  | { type: 'OverrideRequested'; data: { overrideId: Uuid; requestedBy: StaffId; justification: string } & Override }
  /** Repeats the override, so that a reader of approvals needs nothing else. */
  | { type: 'OverrideApproved'; data: { overrideId: Uuid; approvedBy: StaffId; approvedOn: LocalDate } & Override }
  | { type: 'OverrideRejected'; data: { overrideId: Uuid; rejectedBy: StaffId; reason: string } }
  /** From `effectiveFrom` on the override no longer holds; the days before keep it. */
  | { type: 'OverrideRevoked'; data: { overrideId: Uuid; revokedBy: StaffId; effectiveFrom: LocalDate; reason: string } }
  /** Its last day has passed. The rule tier had taken over on `expiredOn` already: this says so, and moves nothing. */
  | { type: 'OverrideExpired'; data: { overrideId: Uuid; expiredOn: LocalDate } };

const override = { mode: 'P1', tier: 'P1', validFrom: 'P1', validTo: 'P1' } as const;
const change = { from: 'P1', to: 'P1', effectiveFrom: 'P1', ruleVersion: 'P1' } as const;

export const tierEvents: EventDefinitions<TierEvent> = {
  TierInitialised: { version: 1, fields: { tier: 'P1', effectiveFrom: 'P1', basis: 'P1' } },
  TierPromoted: { version: 1, fields: change },
  TierDemoted: { version: 1, fields: change },
  TierEvaluated: {
    version: 1,
    fields: {
      on: 'P1',
      ruleVersion: 'P1',
      current: 'P1',
      candidate: 'P1',
      retained: 'P1',
      tier: 'P1',
      strikes: 'P1',
      promotedFrom: 'P1',
      inputs: 'P1',
      knownTo: 'P1',
    },
  },
  TierEvaluationStopped: { version: 1, fields: { on: 'P1', ruleVersion: 'P1', reasons: 'P1', knownTo: 'P1' } },
  TierCorrected: { version: 1, fields: { intervals: 'P1', cause: 'P1', affectedCommitments: 'P1' } },
  OverrideRequested: { version: 1, fields: { overrideId: 'P1', requestedBy: 'P1', justification: 'P3', ...override } },
  OverrideApproved: { version: 1, fields: { overrideId: 'P1', approvedBy: 'P1', approvedOn: 'P1', ...override } },
  OverrideRejected: { version: 1, fields: { overrideId: 'P1', rejectedBy: 'P1', reason: 'P3' } },
  OverrideRevoked: { version: 1, fields: { overrideId: 'P1', revokedBy: 'P1', effectiveFrom: 'P1', reason: 'P3' } },
  OverrideExpired: { version: 1, fields: { overrideId: 'P1', expiredOn: 'P1' } },
};

export const tierProblems = {
  'tier-already-initialised': { en: 'The client has a tier already', zh: '客户已有等级' },
  'initial-tier-in-use': { en: 'Evaluations or overrides rest on the tier given at first', zh: '初始等级已被评定或调整引用，不能更正' },
  'initial-tier-later': { en: 'A correction begins no later than what it corrects', zh: '更正的生效日期不得晚于原生效日期' },
  'tier-not-initialised': { en: 'The client has no tier yet', zh: '客户尚无等级' },
  'override-already-requested': { en: 'The override is requested already', zh: '该等级调整已申请' },
  'override-not-found': { en: 'There is no such override', zh: '等级调整不存在' },
  'override-already-decided': { en: 'The override is decided already', zh: '该等级调整已有结论' },
  'override-not-approved': { en: 'Only an approved override can be revoked', zh: '只能撤销已批准的等级调整' },
  'override-not-over': { en: 'The last day of the override has not passed', zh: '该等级调整尚未到期' },
  'override-over': { en: 'The override has expired', zh: '该等级调整已到期' },
  'override-not-a-range': { en: 'An override ends after it begins', zh: '等级调整的结束日须晚于开始日' },
  'self-approval': { en: 'A second person decides on an override', zh: '申请人不能审批自己的申请' },
  'missing-expiry': { en: 'An override needs an expiry', zh: '等级调整必须有到期日' },
  'too-long': { en: 'An override lasts at most 180 days', zh: '等级调整最长180天' },
  backdated: { en: 'An override begins on or after the day of its approval', zh: '等级调整不得早于审批日' },
  overlapping: { en: 'Another approved override covers some of these days', zh: '与另一已批准的等级调整日期重叠' },
} as const satisfies Record<string, ProblemTitle>;

/** A client's tier and its overrides are one stream, so that intervals never overlap in one view. */
export const tierStream = (clientId: Uuid) => ({ id: derivedId(clientId, 'tier'), kind: 'tier', key: clientId });
