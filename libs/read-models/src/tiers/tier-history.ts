import { carryData } from '#privacy';
import { assertionsOf, type OverrideMode, type TierAssertion, type TierEvent, tierEvents, type TierName } from '#tiers';
import { bigint, date, int, type ProjectedEvent, type Projection, type RowOf, RowTable, text, timestamptz, uuid } from '#projections';
import { projectionIds } from '../projection-ids.js';

export const tierAssertionTable = new RowTable('tier_assertions', ['clientId', 'position', 'ordinal'], {
  clientId: uuid,
  position: bigint,
  ordinal: int,
  branchId: text,
  kind: text.of<TierAssertion['kind']>(),
  tier: text.of<TierName>().orNull,
  mode: text.of<OverrideMode>().orNull,
  overrideId: uuid.orNull,
  validFrom: date,
  validTo: date.orNull,
  recordedAt: timestamptz,
});
export type TierAssertionRow = RowOf<typeof tierAssertionTable>;

export const tierOverrideTable = new RowTable('tier_overrides', ['overrideId'], {
  overrideId: uuid,
  clientId: uuid,
  branchId: text,
  status: text.of<'requested' | 'approved' | 'rejected' | 'revoked' | 'expired'>(),
  mode: text,
  tier: text,
  validFrom: date,
  validTo: date.orNull,
  requestedBy: text,
  requestedAt: timestamptz,
  decidedBy: text.orNull,
  decidedAt: timestamptz.orNull,
  revokedFrom: date.orNull,
  revokedAt: timestamptz.orNull,
  justification: text,
  reason: text.orNull,
});
export type TierOverrideRow = RowOf<typeof tierOverrideTable>;

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
