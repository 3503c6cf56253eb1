import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { type Columns, RowTable } from '#projections';

/** A statement of the back office, and from where on another holds in its place. Amounts in minor units of `currency`. */
export interface StatementRow {
  clientId: Uuid;
  accountId: string;
  onDate: LocalDate;
  position: number;
  replacedAt: number | null;
  branchId: string;
  currency: string;
  source: string;
  sourceRecord: string | null;
  recordedAt: Instant;
}

export interface AssetsRow extends StatementRow {
  totalMinor: number;
  securitiesMinor: number | null;
  cashMinor: number | null;
}

export interface TurnoverRow extends StatementRow {
  tradeId: string;
  kind: 'trade' | 'charge';
  state: 'booked' | 'corrected' | 'cancelled';
  side: string | null;
  instrumentId: string | null;
  instrumentClass: string | null;
  riskLevel: number | null;
  quantityMillionths: number | null;
  grossMinor: number;
  commissionMinor: number;
  passedOnMinor: number;
}

export interface MovementRow extends StatementRow {
  movementId: string;
  kind: 'cash' | 'securities';
  direction: 'in' | 'out';
  state: 'booked' | 'cancelled';
  amountMinor: number;
}

export interface AccountRow {
  streamId: Uuid;
  clientId: Uuid;
  accountId: string;
  branchId: string;
  source: string;
  status: string;
  currency: string | null;
  openedOn: LocalDate | null;
  closedOn: LocalDate | null;
  unlinkedOn: LocalDate | null;
  unlinkedPosition: number | null;
  firstOn: LocalDate;
  position: number;
  /** Position of the fact that last moved its first day or its closing. */
  changedAt: number;
}

export interface AccountLinkRow {
  accountId: string;
  clientId: Uuid;
  branchId: string;
  role: string;
  linkedOn: LocalDate;
  position: number;
  unlinkedOn: LocalDate | null;
  unlinkedPosition: number | null;
}

const statement: Columns<StatementRow> = {
  clientId: ['client_id', 'uuid'],
  accountId: ['account_id', 'text'],
  onDate: ['on_date', 'date'],
  position: ['position', 'bigint'],
  replacedAt: ['replaced_at', 'bigint'],
  branchId: ['branch_id', 'text'],
  currency: ['currency', 'text'],
  source: ['source', 'text'],
  sourceRecord: ['source_record', 'text'],
  recordedAt: ['recorded_at', 'timestamptz'],
};

export const assetsTable = new RowTable<AssetsRow>('account_assets', ['clientId', 'accountId', 'onDate', 'position'], {
  ...statement,
  totalMinor: ['total_minor', 'bigint'],
  securitiesMinor: ['securities_minor', 'bigint'],
  cashMinor: ['cash_minor', 'bigint'],
});

export const turnoverTable = new RowTable<TurnoverRow>('account_turnover', ['clientId', 'accountId', 'tradeId', 'position'], {
  ...statement,
  tradeId: ['trade_id', 'text'],
  kind: ['kind', 'text'],
  state: ['state', 'text'],
  side: ['side', 'text'],
  instrumentId: ['instrument_id', 'text'],
  instrumentClass: ['instrument_class', 'text'],
  riskLevel: ['risk_level', 'int'],
  quantityMillionths: ['quantity_millionths', 'bigint'],
  grossMinor: ['gross_minor', 'bigint'],
  commissionMinor: ['commission_minor', 'bigint'],
  passedOnMinor: ['passed_on_minor', 'bigint'],
});

export const movementTable = new RowTable<MovementRow>('account_movements', ['clientId', 'accountId', 'movementId', 'position'], {
  ...statement,
  movementId: ['movement_id', 'text'],
  kind: ['kind', 'text'],
  direction: ['direction', 'text'],
  state: ['state', 'text'],
  amountMinor: ['amount_minor', 'bigint'],
});

export const accountTable = new RowTable<AccountRow>('accounts', ['streamId'], {
  streamId: ['stream_id', 'uuid'],
  clientId: ['client_id', 'uuid'],
  accountId: ['account_id', 'text'],
  branchId: ['branch_id', 'text'],
  source: ['source', 'text'],
  status: ['status', 'text'],
  currency: ['currency', 'text'],
  openedOn: ['opened_on', 'date'],
  closedOn: ['closed_on', 'date'],
  unlinkedOn: ['unlinked_on', 'date'],
  unlinkedPosition: ['unlinked_position', 'bigint'],
  firstOn: ['first_on', 'date'],
  position: ['position', 'bigint'],
  changedAt: ['changed_at', 'bigint'],
});

export const accountLinkTable = new RowTable<AccountLinkRow>('account_links', ['accountId', 'clientId', 'position'], {
  accountId: ['account_id', 'text'],
  clientId: ['client_id', 'uuid'],
  branchId: ['branch_id', 'text'],
  role: ['role', 'text'],
  linkedOn: ['linked_on', 'date'],
  position: ['position', 'bigint'],
  unlinkedOn: ['unlinked_on', 'date'],
  unlinkedPosition: ['unlinked_position', 'bigint'],
});
