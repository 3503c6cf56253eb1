import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys, type DataKey } from '#privacy';
import { type TierInForce, tierInForce, type TierSpan, tierSpans } from '#tiers';
import { clientFileTable } from '../clients/client-files.js';
import { tierAssertionTable, type TierOverrideRow, tierOverrideTable } from './tier-history.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export interface TierHistoryView extends AsOf {
  clientId: Uuid;
  validDate: LocalDate;
  knownAt: Instant;
  /** The tier in force on `validDate` as known at `knownAt`; null where none was known. */
  inForce: TierInForce | null;
  /** Every interval of valid time, as known at `knownAt`. */
  history: TierSpan[];
  /** Every override asked for, with its decision, as known at `knownAt`. */
  overrides: TierOverrideView[];
}

export type TierOverrideView = Omit<TierOverrideRow, 'justification' | 'reason' | 'branchId' | 'clientId'> & {
  justification: unknown;
  reason: unknown;
};

/** A client's tier at `(validDate, knownAt)`. Undefined where the caller sees no such client. */
export class TierHistoryQuery extends Query<TierHistoryView | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly validDate: LocalDate,
    readonly knownAt: Instant,
  ) {
    super();
  }
}

@QueryHandler(TierHistoryQuery)
export class TierHistoryHandler implements IQueryHandler<TierHistoryQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ clientId, scope, validDate, knownAt }: TierHistoryQuery): Promise<TierHistoryView | undefined> {
    const key = await this.keys.findOne(clientId);
    return this.database.asOf(scope, tierAssertionTable, async (manager) => {
      if (!(await repositoryOf(manager, clientFileTable).existsBy({ clientId }))) return undefined;
      const assertions = await repositoryOf(manager, tierAssertionTable).find({
        where: { clientId },
        order: { position: 'ASC', ordinal: 'ASC' },
      });
      const overrides = await repositoryOf(manager, tierOverrideTable).find({
        where: { clientId },
        order: { requestedAt: 'ASC', overrideId: 'ASC' },
      });
      return {
        clientId,
        validDate,
        knownAt,
        inForce: tierInForce(assertions, validDate, knownAt),
        history: tierSpans(assertions, knownAt),
        overrides: overrides.flatMap((row) => overrideAsKnown(row, knownAt)).map((row) => overrideView(row, key)),
      };
    });
  }
}

/** What of it had been recorded by then: nothing, the request, the decision, the revocation. */
function overrideAsKnown(row: TierOverrideRow, knownAt: Instant): TierOverrideRow[] {
  if (row.requestedAt > knownAt) return [];
  if (row.decidedAt !== null && row.decidedAt > knownAt) {
    return [{ ...row, status: 'requested', decidedBy: null, decidedAt: null, revokedFrom: null, revokedAt: null, reason: null }];
  }
  if (row.revokedAt !== null && row.revokedAt > knownAt)
    return [{ ...row, status: 'approved', revokedFrom: null, revokedAt: null, reason: null }];
  return [row];
}

function overrideView(
  { justification, reason, branchId: _branch, clientId: _client, ...row }: TierOverrideRow,
  key: DataKey | undefined,
): TierOverrideView {
  const open = (text: string | null): unknown => (text === null ? null : (openRow(JSON.parse(text), key) ?? null));
  return { ...row, justification: open(justification), reason: open(reason) };
}
