import {
  derivedId,
  type EventDefinitions,
  type LocalDate,
  type Money,
  type MovementDirection,
  type StaffId,
  type StreamRef,
  type TradeSide,
  type Uuid,
} from '#event-sourcing';
import type { AccountFactKind } from './fact-words.js';

export const accountStatuses = ['open', 'dormant', 'frozen', 'closed'] as const;
export type AccountStatus = (typeof accountStatuses)[number];
export const turnoverKinds = ['trade', 'charge'] as const;
export const movementStates = ['booked', 'cancelled'] as const;
export const movementKinds = ['cash', 'securities'] as const;

/** What was traded. `riskLevel` 1-5 is the product's (R1-R5); absent where the source does not say. */
export interface Instrument {
  instrumentId: string;
  instrumentClass: string;
  riskLevel?: number;
}

/** One trade, or a charge without one, as it stands by its latest statement. Amounts are not negative, but for commissions given back. */
export interface Turnover {
  accountId: string;
  /** The source's own id of the trade or charge. */
  tradeId: string;
  kind: (typeof turnoverKinds)[number];
  /** Trade date. */
  on: LocalDate;
  state: 'booked' | 'corrected' | 'cancelled';
  side?: TradeSide;
  instrument?: Instrument;
  /** Units, in millionths. */
  quantityMillionths?: number;
  gross: Money;
  /** What the client pays the firm, and what of it the firm passes on; net commission is the difference. One currency. */
  commission: Money;
  passedOn: Money;
}

/**
 * What the trading back office says of one account, in the account's own stream, keyed by the client who owns it. A later
 * statement of the same day's assets, trade or movement takes the place of the earlier one. Amounts are P1.
 */
export type AccountEvent =
  | { type: 'AccountOpened'; data: { accountId: string; source: string; openedOn: LocalDate; currency: string } }
  | { type: 'AccountClosed'; data: { accountId: string; source: string; closedOn: LocalDate } }
  | { type: 'AccountStatusChanged'; data: { accountId: string; source: string; status: AccountStatus; on: LocalDate } }
  /** End-of-day total; `securities` and `cash` are parts of it where the source tells them, below zero where they are a debit. A source may send changes only. */
  | {
      type: 'AssetsObserved';
      data: { accountId: string; source: string; on: LocalDate; total: Money; securities?: Money; cash?: Money };
    }
  | { type: 'TurnoverObserved'; data: { source: string } & Turnover }
  | {
      type: 'MovementObserved';
      data: {
        accountId: string;
        source: string;
        movementId: string;
        on: LocalDate;
        kind: (typeof movementKinds)[number];
        direction: MovementDirection;
        amount: Money;
        state: (typeof movementStates)[number];
      };
    }
  /** Messages `first` to `last` of the account's sequence are missing: no evaluation of its owner until they have come. */
  | { type: 'SequenceGapFound'; data: { accountId: string; source: string; first: number; last: number } }
  /** All that was missing up to `through` has come, or `givenUpBy` has said that it never will. */
  | { type: 'SequenceGapClosed'; data: { accountId: string; source: string; through: number; givenUpBy?: StaffId } }
  /** From here on the facts of this kind count that this source tells of the account: two persons have named it. */
  | { type: 'AuthoritativeSourceNamed'; data: { accountId: string; source: string; kind: AccountFactKind } };

const account = { accountId: 'P1', source: 'P1' } as const;

export const accountEvents: EventDefinitions<AccountEvent> = {
  AccountOpened: { version: 1, fields: { ...account, openedOn: 'P1', currency: 'P1' } },
  AccountClosed: { version: 1, fields: { ...account, closedOn: 'P1' } },
  AccountStatusChanged: { version: 1, fields: { ...account, status: 'P1', on: 'P1' } },
  AssetsObserved: { version: 1, fields: { ...account, on: 'P1', total: 'P1', securities: 'P1', cash: 'P1' } },
  TurnoverObserved: {
    version: 1,
    fields: {
      ...account,
      tradeId: 'P1',
      kind: 'P1',
      on: 'P1',
      state: 'P1',
      side: 'P1',
      instrument: 'P1',
      quantityMillionths: 'P1',
      gross: 'P1',
      commission: 'P1',
      passedOn: 'P1',
    },
  },
  MovementObserved: {
    version: 1,
    fields: { ...account, movementId: 'P1', on: 'P1', kind: 'P1', direction: 'P1', amount: 'P1', state: 'P1' },
  },
  SequenceGapFound: { version: 1, fields: { ...account, first: 'P1', last: 'P1' } },
  SequenceGapClosed: { version: 1, fields: { ...account, through: 'P1', givenUpBy: 'P1' } },
  AuthoritativeSourceNamed: { version: 1, fields: { ...account, kind: 'P1' } },
};

/** An account under one owner; another owner's is another stream. */
export const accountStream = (clientId: Uuid, accountId: string): StreamRef => ({
  id: derivedId(clientId, `account|${accountId}`),
  kind: 'account',
  key: clientId,
});
