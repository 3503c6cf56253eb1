import { assertionsOf, type OverrideMode, type TierAssertion, type TierEvent, tierEvents, type TierName } from '#tiers';
import {
  bigint,
  date,
  int,
  pick,
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

const carried = carriedBy(pick(tierEvents, 'OverrideRequested', 'OverrideRejected', 'OverrideRevoked'));

/** What was stated about each client's tier, in log order, and every override with its decision. */
export const projectTierHistory = (): Projecting =>
  projecting([tierEvents], async (db, events) => {
    const stated = events.flatMap((event) =>
      assertionsOf(event, event.recordedAt).map((assertion, ordinal) => ({
        ...assertion,
        clientId: event.key,
        position: event.position,
        ordinal,
        branchId: event.meta.branchId,
      })),
    );
    await tierAssertionTable.insert(db, stated);
    await tierOverrideTable.foldInto(db, events, overrideOf, foldOverride);
  });

const overrideOf = ({ data }: ProjectedEvent<TierEvent>): string | undefined => ('overrideId' in data ? data.overrideId : undefined);

const sealed = (value: string | undefined): string => JSON.stringify(value ?? null);

function foldOverride(row: TierOverrideRow | undefined, event: ProjectedEvent<TierEvent>): TierOverrideRow | undefined {
  if (event.type === 'OverrideRequested') {
    const { overrideId, mode, tier, validFrom, validTo, requestedBy } = event.data;
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
      justification: sealed(carried(event).justification),
    };
  }
  if (!row) throw new Error(`${event.type} of an override that was never requested`);
  switch (event.type) {
    case 'OverrideApproved':
      return { ...row, status: 'approved', decidedBy: event.data.approvedBy, decidedAt: event.recordedAt };
    case 'OverrideRejected':
      return {
        ...row,
        status: 'rejected',
        decidedBy: event.data.rejectedBy,
        decidedAt: event.recordedAt,
        reason: sealed(carried(event).reason),
      };
    case 'OverrideRevoked':
      return {
        ...row,
        status: 'revoked',
        revokedFrom: event.data.effectiveFrom,
        revokedAt: event.recordedAt,
        reason: sealed(carried(event).reason),
      };
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
