import { type EventDefinitions, firmStream, type LocalDate, type StaffId, type StreamRef } from '#event-sourcing';
import type { TierName } from './tier-events.js';
import type { ValueScales } from './value/scales.js';

/** What a client must reach by at least one criterion; a criterion that is absent plays no part. Minor units. */
export interface Thresholds {
  adaMinor?: number;
  netCommissionMinor?: number;
}

/** One step of the ladder. The lowest has no thresholds: it needs nothing. */
export interface TierStep {
  tier: TierName;
  entry?: Thresholds;
  /** Where a criterion is absent, the rules' share of its entry threshold. Never above the entry. */
  retention?: Thresholds;
}

/** What the rules mean is `tiers.md`, "The rule tier". */
export interface TierRules {
  /** Names this set for good; a published version is never published anew. */
  version: string;
  /** Base currency, ISO 4217. */
  currency: string;
  windowDays: number;
  /** calendar: every day, days without a value carry the last one forward. trading: the trading days of `calendar` only. */
  dayBasis: 'calendar' | 'trading';
  /** Name of a published calendar; needed where the basis is trading days. */
  calendar?: string;
  /** Share of an entry threshold that retains, of ten thousand. */
  retentionBasisPoints: number;
  graceDays: number;
  /** Consecutive strikes that cost one step. */
  strikesToDemote: number;
  /** Ascending. */
  tiers: readonly TierStep[];
  /** Scales, bounds and points of value and behaviour; the defaults of a group that is left out. They count from `effectiveFrom` as the rest does. */
  value?: Partial<ValueScales>;
}

export type TierRulesEvent =
  | { type: 'TierRulesDrafted'; data: { rules: TierRules; draftedBy: StaffId } }
  | { type: 'TierRulesApproved'; data: { version: string; approvedBy: StaffId } }
  /** Evaluations of `effectiveFrom` and later use these. Repeats the rules, so that a reader needs nothing else. */
  | { type: 'TierRulesPublished'; data: { rules: TierRules; effectiveFrom: LocalDate; publishedBy: StaffId } };

export const tierRulesEvents: EventDefinitions<TierRulesEvent> = {
  TierRulesDrafted: { version: 1, fields: { rules: 'P1', draftedBy: 'P1' } },
  TierRulesApproved: { version: 1, fields: { version: 'P1', approvedBy: 'P1' } },
  TierRulesPublished: { version: 1, fields: { rules: 'P1', effectiveFrom: 'P1', publishedBy: 'P1' } },
};

/** The firm has one set of rules in force at a time; all versions are one stream, for they must not contradict each other. */
export const tierRulesStream: StreamRef = firmStream('tier-rules', 'tier-rules');
