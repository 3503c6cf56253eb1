import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { carryData } from '#privacy';
import { assertionsOf, type TierAssertion, type TierEvent, tierEvents } from '#tiers';
import { type ProjectedEvent, type Projection, RowTable } from '#projections';
import { projectionIds } from '../projection-ids.js';

export interface TierAssertionRow extends TierAssertion {
  clientId: Uuid;
  position: number;
  ordinal: number;
  branchId: string;
}

export interface TierOverrideRow {
  overrideId: Uuid;
  clientId: Uuid;
  branchId: string;
  status: 'requested' | 'approved' | 'rejected' | 'revoked' | 'expired';
  mode: string;
  tier: string;
  validFrom: LocalDate;
  validTo: LocalDate | null;
  requestedBy: string;
  requestedAt: Instant;
  decidedBy: string | null;
  decidedAt: Instant | null;
  revokedFrom: LocalDate | null;
  revokedAt: Instant | null;
  justification: string;
  reason: string | null;
}

export const tierAssertionTable = new RowTable<TierAssertionRow>('tier_assertions', ['clientId', 'position', 'ordinal'], {
  clientId: ['client_id', 'uuid'],
  position: ['position', 'bigint'],
  ordinal: ['ordinal', 'int'],
  branchId: ['branch_id', 'text'],
  kind: ['kind', 'text'],
  tier: ['tier', 'text'],
  mode: ['mode', 'text'],
  overrideId: ['override_id', 'uuid'],
  validFrom: ['valid_from', 'date'],
  validTo: ['valid_to', 'date'],
  recordedAt: ['recorded_at', 'timestamptz'],
});

export const tierOverrideTable = new RowTable<TierOverrideRow>('tier_overrides', ['overrideId'], {
  overrideId: ['override_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  status: ['status', 'text'],
  mode: ['mode', 'text'],
  tier: ['tier', 'text'],
  validFrom: ['valid_from', 'date'],
  validTo: ['valid_to', 'date'],
  requestedBy: ['requested_by', 'text'],
  requestedAt: ['requested_at', 'timestamptz'],
  decidedBy: ['decided_by', 'text'],
  decidedAt: ['decided_at', 'timestamptz'],
  revokedFrom: ['revoked_from', 'date'],
  revokedAt: ['revoked_at', 'timestamptz'],
  justification: ['justification', 'text'],
  reason: ['reason', 'text'],
});

const typed = (event: ProjectedEvent): TierEvent => ({ type: event.type, data: event.body }) as unknown as TierEvent;

/** What was stated about each client's tier, in log order, and every override with its decision. */
export const tierHistory = (): Projection => ({
  ...projectionIds.tierHistory,
  handles: Object.keys(tierEvents),
  async apply(db, events) {
    const stated = events.flatMap((event) =>
      assertionsOf(typed(event), event.recordedAt).map((assertion, ordinal) => ({
        ...assertion,
        clientId: event.key,
        position: event.position,
        ordinal,
        branchId: event.meta.branchId,
      })),
    );
    await tierAssertionTable.insert(db, stated);
    await tierOverrideTable.foldInto(db, events, overrideOf, foldOverride);
  },
});

const overrideOf = ({ body }: ProjectedEvent): string | undefined => ('overrideId' in body ? (body.overrideId as string) : undefined);

function foldOverride(row: TierOverrideRow | undefined, event: ProjectedEvent): TierOverrideRow | undefined {
  const stated = typed(event);
  const sealed = (field: 'justification' | 'reason'): string =>
    JSON.stringify(carryData(tierEvents[stated.type], event.body, event.eventId)[field] ?? null);
  if (stated.type === 'OverrideRequested') {
    const { overrideId, mode, tier, validFrom, validTo, requestedBy } = stated.data;
    return {
      overrideId,
      clientId: event.key,
      branchId: event.meta.branchId,
      status: 'requested',
      mode,
      tier,
      validFrom,
      validTo,
      requestedBy,
      requestedAt: event.recordedAt,
      decidedBy: null,
      decidedAt: null,
      revokedFrom: null,
      revokedAt: null,
      reason: null,
      justification: sealed('justification'),
    };
  }
  if (!row) throw new Error(`${stated.type} of an override that was never requested`);
  switch (stated.type) {
    case 'OverrideApproved':
      return { ...row, status: 'approved', decidedBy: stated.data.approvedBy, decidedAt: event.recordedAt };
    case 'OverrideRejected':
      return { ...row, status: 'rejected', decidedBy: stated.data.rejectedBy, decidedAt: event.recordedAt, reason: sealed('reason') };
    case 'OverrideRevoked':
      return { ...row, status: 'revoked', revokedFrom: stated.data.effectiveFrom, revokedAt: event.recordedAt, reason: sealed('reason') };
    case 'TierInitialised':
    case 'TierPromoted':
    case 'TierDemoted':
    case 'TierCorrected':
    case 'TierEvaluated':
    case 'TierEvaluationStopped':
      return row;
    case 'OverrideExpired':
      return { ...row, status: 'expired' };
  }
}
