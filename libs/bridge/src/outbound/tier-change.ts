import { eventRegistry, PlainCodec } from '#application';
import type { Instant, LocalDate, RecordedEvent, Uuid } from '#event-sourcing';
import type { OverrideMode, TierEvent, TierInterval, TierName } from '#tiers';

/** The events that change which tier holds, or held, for a client. Evaluations that change nothing are not told. */
export const tierChangeTypes = [
  'TierInitialised',
  'TierPromoted',
  'TierDemoted',
  'TierCorrected',
  'OverrideApproved',
  'OverrideRevoked',
  'OverrideExpired',
] as const satisfies readonly string[] as readonly TierEvent['type'][];

/** What happened. Dates are local dates of the firm; intervals are half-open, `effectiveTo` null: open. */
type Change =
  | { kind: 'initialised'; tier: TierName; effectiveFrom: LocalDate }
  | { kind: 'promoted' | 'demoted'; from: TierName; tier: TierName; effectiveFrom: LocalDate; ruleVersion: string | null }
  | { kind: 'corrected'; intervals: readonly TierInterval[] }
  | {
      kind: 'overrideApproved';
      overrideId: Uuid;
      mode: OverrideMode;
      tier: TierName;
      effectiveFrom: LocalDate;
      effectiveTo: LocalDate | null;
    }
  | { kind: 'overrideRevoked' | 'overrideExpired'; overrideId: Uuid; effectiveFrom: LocalDate };

/** One message of the topic `rapport.tier-changes`, version 1: about a pseudonym, and nothing personal in it. */
export type TierChange = {
  schemaVersion: 1;
  /** Of the event it tells of: the same in every copy. */
  id: Uuid;
  clientId: Uuid;
  /** Position in the log, ascending in each partition; `previousPosition`: of the message before in this partition, 0 before the first. */
  position: number;
  previousPosition: number;
  recordedAt: Instant;
} & Change;

const codec = new PlainCodec(eventRegistry);
const types: ReadonlySet<string> = new Set(tierChangeTypes);

export const isTierChange = ({ streamKind, type }: RecordedEvent): boolean => streamKind === 'tier' && types.has(type);

/** What an event says of the tier. Throws for an event that says nothing of it. */
export function tierChangeOf(event: RecordedEvent, previousPosition: number): TierChange {
  const { eventId: id, key: clientId, position, recordedAt } = event;
  // without the client's key: what is personal in the event is absent
  const change = changeOf(codec.decodeOne<TierEvent>(event, undefined));
  return { schemaVersion: 1, id, clientId, position, previousPosition, recordedAt, ...change };
}

function changeOf({ type, data }: TierEvent): Change {
  switch (type) {
    case 'TierInitialised':
      return { kind: 'initialised', tier: data.tier, effectiveFrom: data.effectiveFrom };
    case 'TierPromoted':
    case 'TierDemoted': {
      const { from, to: tier, effectiveFrom, ruleVersion = null } = data;
      return { kind: type === 'TierPromoted' ? 'promoted' : 'demoted', from, tier, effectiveFrom, ruleVersion };
    }
    case 'TierCorrected':
      return { kind: 'corrected', intervals: data.intervals };
    case 'OverrideApproved': {
      const { overrideId, mode, tier, validFrom: effectiveFrom, validTo: effectiveTo } = data;
      return { kind: 'overrideApproved', overrideId, mode, tier, effectiveFrom, effectiveTo };
    }
    case 'OverrideRevoked':
      return { kind: 'overrideRevoked', overrideId: data.overrideId, effectiveFrom: data.effectiveFrom };
    case 'OverrideExpired':
      return { kind: 'overrideExpired', overrideId: data.overrideId, effectiveFrom: data.expiredOn };
    case 'TierEvaluated':
    case 'TierEvaluationStopped':
    case 'OverrideRequested':
    case 'OverrideRejected':
      throw new TypeError(`${type} changes no tier`);
  }
}
