import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { ladder, type OverrideMode, type TierEvent, type TierName } from './tier-events.js';

/**
 * One statement about a client's tier, in log order. From `recordedAt` on it sets the rule tier, or an override, for
 * `[validFrom, validTo)`; later statements overwrite earlier ones on their range (tiers.md, "History is bitemporal").
 */
export interface TierAssertion {
  kind: 'rule' | 'override' | 'revocation';
  tier: TierName | null;
  mode: OverrideMode | null;
  overrideId: Uuid | null;
  validFrom: LocalDate;
  validTo: LocalDate | null;
  recordedAt: Instant;
}

export interface TierInForce {
  tier: TierName;
  ruleTier: TierName | null;
  override: { overrideId: Uuid; mode: OverrideMode; tier: TierName } | null;
}

/** An interval of valid time with one answer, as known at one instant. */
export interface TierSpan extends TierInForce {
  validFrom: LocalDate;
  validTo: LocalDate | null;
}

/** The assertions that an event makes; none where it changes no tier by itself. */
export function assertionsOf(event: TierEvent, recordedAt: Instant): TierAssertion[] {
  const rule = (tier: TierName, validFrom: LocalDate, validTo: LocalDate | null): TierAssertion => ({
    kind: 'rule',
    tier,
    mode: null,
    overrideId: null,
    validFrom,
    validTo,
    recordedAt,
  });
  switch (event.type) {
    case 'TierInitialised':
      return [rule(event.data.tier, event.data.effectiveFrom, null)];
    case 'TierPromoted':
    case 'TierDemoted':
      return [rule(event.data.to, event.data.effectiveFrom, null)];
    case 'TierCorrected':
      return event.data.intervals.map(({ tier, validFrom, validTo }) => rule(tier, validFrom, validTo));
    case 'OverrideApproved': {
      const { overrideId, mode, tier, validFrom, validTo } = event.data;
      return [{ kind: 'override', tier, mode, overrideId, validFrom, validTo, recordedAt }];
    }
    case 'OverrideRevoked': {
      const { overrideId, effectiveFrom } = event.data;
      return [{ kind: 'revocation', tier: null, mode: null, overrideId, validFrom: effectiveFrom, validTo: null, recordedAt }];
    }
    case 'TierEvaluated':
    case 'TierEvaluationStopped':
    case 'OverrideRequested':
    case 'OverrideRejected':
    case 'OverrideExpired':
      return [];
  }
}

/** The tier in force on a local date as known at an instant; null where none was known. Assertions in log order. */
export function tierInForce(assertions: readonly TierAssertion[], validDate: LocalDate, knownAt: Instant): TierInForce | null {
  let ruleTier: TierName | null = null;
  const overrides = new Map<Uuid, { mode: OverrideMode; tier: TierName }>();
  for (const a of assertions) {
    if (a.recordedAt > knownAt) break; // log order is recordedAt order
    if (a.validFrom > validDate || (a.validTo !== null && a.validTo <= validDate)) continue;
    if (a.kind === 'rule') ruleTier = a.tier;
    else if (a.kind === 'revocation') overrides.delete(a.overrideId!);
    else overrides.set(a.overrideId!, { mode: a.mode!, tier: a.tier! });
  }
  const [held] = overrides; // approved overrides never share a day
  if (!held) return ruleTier && { tier: ruleTier, ruleTier, override: null };
  const [overrideId, { mode, tier }] = held;
  return { tier: mode === 'pin' || !ruleTier ? tier : higher(ruleTier, tier), ruleTier, override: { overrideId, mode, tier } };
}

/** Every interval of valid time and its tier as known at an instant, ascending, neighbours with the same answer joined. */
export function tierSpans(assertions: readonly TierAssertion[], knownAt: Instant): TierSpan[] {
  const dates = [...new Set(assertions.flatMap((a) => [a.validFrom, a.validTo]).filter((date) => date !== null))].sort();
  const spans: TierSpan[] = [];
  for (const [i, validFrom] of dates.entries()) {
    const answer = tierInForce(assertions, validFrom, knownAt);
    if (!answer) continue;
    const last = spans.at(-1);
    const validTo = dates[i + 1] ?? null;
    if (last?.validTo === validFrom && sameAnswer(last, answer)) last.validTo = validTo;
    else spans.push({ ...answer, validFrom, validTo });
  }
  return spans;
}

const higher = (a: TierName, b: TierName): TierName => (ladder.indexOf(a) >= ladder.indexOf(b) ? a : b);

const sameAnswer = (a: TierInForce, b: TierInForce): boolean =>
  a.tier === b.tier && a.ruleTier === b.ruleTier && a.override?.overrideId === b.override?.overrideId;
