import type { AccountFactKind } from '#back-office';
import { bigint, boolean, date, int, type RowOf, RowTable, text, timestamptz, uuid } from '#projections';

/** A statement of the back office, and from where on another holds in its place. Amounts in minor units of `currency`. */
const statement = {
  clientId: uuid,
  accountId: text,
  onDate: date,
  position: bigint,
  replacedAt: bigint.orNull,
  branchId: text,
  currency: text,
  source: text,
  sourceRecord: text.orNull,
  recordedAt: timestamptz,
};

export const assetsTable = new RowTable('account_assets', ['clientId', 'accountId', 'onDate', 'source', 'position'], {
  ...statement,
  /** The kind of fact that said so: a closing and an unlinking leave nothing, whoever else tells of assets. */
  toldAs: text.of<'assets' | 'account' | 'link'>(),
  totalMinor: bigint,
  securitiesMinor: bigint.orNull,
  cashMinor: bigint.orNull,
});
export type AssetsRow = RowOf<typeof assetsTable>;
export type StatementRow = Pick<AssetsRow, keyof typeof statement>;

export const turnoverTable = new RowTable('account_turnover', ['clientId', 'accountId', 'tradeId', 'source', 'position'], {
  ...statement,
  tradeId: text,
  kind: text.of<'trade' | 'charge'>(),
  state: text.of<'booked' | 'corrected' | 'cancelled'>(),
  side: text.orNull,
  instrumentId: text.orNull,
  instrumentClass: text.orNull,
  riskLevel: int.orNull,
  quantityMillionths: bigint.orNull,
  grossMinor: bigint,
  commissionMinor: bigint,
  passedOnMinor: bigint,
});
export type TurnoverRow = RowOf<typeof turnoverTable>;

export const movementTable = new RowTable('account_movements', ['clientId', 'accountId', 'movementId', 'source', 'position'], {
  ...statement,
  movementId: text,
  kind: text.of<'cash' | 'securities'>(),
  direction: text.of<'in' | 'out'>(),
  state: text.of<'booked' | 'cancelled'>(),
  amountMinor: bigint,
});
export type MovementRow = RowOf<typeof movementTable>;

/** An account as one source tells of it. */
export const accountTable = new RowTable('accounts', ['rowId'], {
  /** Of the account's stream and the source. */
  rowId: uuid,
  streamId: uuid,
  clientId: uuid,
  accountId: text,
  branchId: text,
  source: text,
  status: text,
  currency: text.orNull,
  openedOn: date.orNull,
  closedOn: date.orNull,
  unlinkedOn: date.orNull,
  unlinkedPosition: bigint.orNull,
  firstOn: date,
  position: bigint,
  /** Position of the fact that last moved its first day or its closing. */
  changedAt: bigint,
});
export type AccountRow = RowOf<typeof accountTable>;

export const accountLinkTable = new RowTable('account_links', ['accountId', 'clientId', 'position'], {
  accountId: text,
  clientId: uuid,
  branchId: text,
  role: text,
  linkedOn: date,
  position: bigint,
  unlinkedOn: date.orNull,
  unlinkedPosition: bigint.orNull,
});

/** Facts that a source left out of its own count, and from where on they had come after all. */
export const gapTable = new RowTable('account_gaps', ['clientId', 'accountId', 'position'], {
  clientId: uuid,
  accountId: text,
  branchId: text,
  source: text,
  firstSequence: bigint,
  lastSequence: bigint,
  position: bigint,
  closedPosition: bigint.orNull,
});

export const sourceDayTable = new RowTable('source_days', ['source', 'onDate'], {
  source: text,
  onDate: date,
  position: bigint,
});

export const endedSourceTable = new RowTable('ended_sources', ['source'], {
  source: text,
  lastDay: date,
  position: bigint,
});

export const rateTable = new RowTable('exchange_rates', ['currency', 'base', 'onDate', 'source', 'position'], {
  currency: text,
  base: text,
  source: text,
  onDate: date,
  position: bigint,
  replacedAt: bigint.orNull,
  amountMinor: bigint,
  baseMinor: bigint,
});

/** Whether the facts of a kind that a source tells of an account count, from a position until another. */
export const accountSourceTable = new RowTable('account_sources', ['clientId', 'accountId', 'kind', 'source', 'position'], {
  clientId: uuid,
  accountId: text,
  branchId: text,
  kind: text.of<AccountFactKind>(),
  source: text,
  counted: boolean,
  position: bigint,
  replacedAt: bigint.orNull,
});
export type AccountSourceRow = RowOf<typeof accountSourceTable>;

/** The same of the rates of one currency in another. */
export const rateSourceTable = new RowTable('rate_sources', ['currency', 'base', 'source', 'position'], {
  currency: text,
  base: text,
  source: text,
  counted: boolean,
  position: bigint,
  replacedAt: bigint.orNull,
});
export type RateSourceRow = RowOf<typeof rateSourceTable>;
