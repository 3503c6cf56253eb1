import { derivedId, type EventDefinitions, type LocalDate, type ProblemTitle, type StaffId, type Uuid } from '#event-sourcing';

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

/** Events of the rule engine are named here already, so that histories written today stay readable beside them. */
export type TierEvent =
  | { type: 'TierInitialised'; data: { tier: TierName; effectiveFrom: LocalDate; basis: string } }
  | { type: 'TierPromoted'; data: { from: TierName; to: TierName; effectiveFrom: LocalDate; ruleVersion?: string } }
  | { type: 'TierDemoted'; data: { from: TierName; to: TierName; effectiveFrom: LocalDate; ruleVersion?: string } }
  | { type: 'TierCorrected'; data: { intervals: readonly TierInterval[]; cause: string; affectedCommitments: readonly Uuid[] } }
  | { type: 'OverrideRequested'; data: { overrideId: Uuid; requestedBy: StaffId; justification: string } & Override }
  /** Repeats the override, so that a reader of approvals needs nothing else. */
  | { type: 'OverrideApproved'; data: { overrideId: Uuid; approvedBy: StaffId; approvedOn: LocalDate } & Override }
  | { type: 'OverrideRejected'; data: { overrideId: Uuid; rejectedBy: StaffId; reason: string } }
  /** From `effectiveFrom` on the override no longer holds; the days before keep it. */
  | { type: 'OverrideRevoked'; data: { overrideId: Uuid; revokedBy: StaffId; effectiveFrom: LocalDate; reason: string } };

const override = { mode: 'P1', tier: 'P1', validFrom: 'P1', validTo: 'P1' } as const;
const change = { from: 'P1', to: 'P1', effectiveFrom: 'P1', ruleVersion: 'P1' } as const;

export const tierEvents: EventDefinitions<TierEvent> = {
  TierInitialised: { version: 1, fields: { tier: 'P1', effectiveFrom: 'P1', basis: 'P1' } },
  TierPromoted: { version: 1, fields: change },
  TierDemoted: { version: 1, fields: change },
  TierCorrected: { version: 1, fields: { intervals: 'P1', cause: 'P1', affectedCommitments: 'P1' } },
  OverrideRequested: { version: 1, fields: { overrideId: 'P1', requestedBy: 'P1', justification: 'P3', ...override } },
  OverrideApproved: { version: 1, fields: { overrideId: 'P1', approvedBy: 'P1', approvedOn: 'P1', ...override } },
  OverrideRejected: { version: 1, fields: { overrideId: 'P1', rejectedBy: 'P1', reason: 'P3' } },
  OverrideRevoked: { version: 1, fields: { overrideId: 'P1', revokedBy: 'P1', effectiveFrom: 'P1', reason: 'P3' } },
};

export const tierProblems = {
  'tier-already-initialised': { en: 'The client has a tier already', zh: '客户已有等级' },
  'tier-not-initialised': { en: 'The client has no tier yet', zh: '客户尚无等级' },
  'override-already-requested': { en: 'The override is requested already', zh: '该等级调整已申请' },
  'override-not-found': { en: 'There is no such override', zh: '等级调整不存在' },
  'override-already-decided': { en: 'The override is decided already', zh: '该等级调整已有结论' },
  'override-not-approved': { en: 'Only an approved override can be revoked', zh: '只能撤销已批准的等级调整' },
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
