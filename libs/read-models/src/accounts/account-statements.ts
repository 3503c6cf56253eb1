import type { AccountEvent } from '#back-office';
import type { Recorded } from '#projections';
import type { AssetsRow, MovementRow, StatementRow, TurnoverRow } from './account-rows.js';

/** What is recorded with a fact, and the fact. */
type Stated<T extends AccountEvent['type']> = Recorded & Pick<Extract<AccountEvent, { type: T }>, 'data'>;

const statementOf = (
  { key, position, meta, recordedAt }: Recorded,
  { accountId, source, on }: { accountId: string; source: string; on: string },
  currency: string,
): StatementRow => ({
  clientId: key,
  accountId,
  onDate: on,
  position,
  replacedAt: null,
  branchId: meta.branchId,
  currency,
  source,
  sourceRecord: meta.source?.record ?? null,
  recordedAt,
});

export const assetsOf = (event: Stated<'AssetsObserved'>, toldAs: AssetsRow['toldAs'] = 'assets'): AssetsRow => {
  const fact = event.data;
  return {
    totalMinor: fact.total.amountMinor,
    securitiesMinor: fact.securities?.amountMinor ?? null,
    cashMinor: fact.cash?.amountMinor ?? null,
    toldAs,
    ...statementOf(event, fact, fact.total.currency),
  };
};

export const turnoverOf = (event: Stated<'TurnoverObserved'>): TurnoverRow => {
  const fact = event.data;
  return {
    tradeId: fact.tradeId,
    kind: fact.kind,
    state: fact.state,
    side: fact.side ?? null,
    instrumentId: fact.instrument?.instrumentId ?? null,
    instrumentClass: fact.instrument?.instrumentClass ?? null,
    riskLevel: fact.instrument?.riskLevel ?? null,
    quantityMillionths: fact.quantityMillionths ?? null,
    grossMinor: fact.gross.amountMinor,
    commissionMinor: fact.commission.amountMinor,
    passedOnMinor: fact.passedOn.amountMinor,
    ...statementOf(event, fact, fact.gross.currency),
  };
};

export const movementOf = (event: Stated<'MovementObserved'>): MovementRow => {
  const fact = event.data;
  return {
    movementId: fact.movementId,
    kind: fact.kind,
    direction: fact.direction,
    state: fact.state,
    amountMinor: fact.amount.amountMinor,
    ...statementOf(event, fact, fact.amount.currency),
  };
};
