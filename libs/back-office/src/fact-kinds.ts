import type { AccountEvent } from './account-events.js';
import type { MessageKind } from './messages.js';

/** Kinds of facts of an account: for each, one source counts. `account`: that it is open, closed, dormant or frozen. */
export const accountFactKinds = ['account', 'assets', 'trades', 'cash', 'securities'] as const;
export type AccountFactKind = (typeof accountFactKinds)[number];

/** Undefined where the event is no fact that a source tells. */
export function accountFactKindOf(event: AccountEvent): AccountFactKind | undefined {
  switch (event.type) {
    case 'AccountOpened':
    case 'AccountClosed':
    case 'AccountStatusChanged':
      return 'account';
    case 'AssetsObserved':
      return 'assets';
    case 'TurnoverObserved':
      return 'trades';
    case 'MovementObserved':
      return event.data.kind;
    case 'SequenceGapFound':
    case 'SequenceGapClosed':
    case 'AuthoritativeSourceNamed':
      return undefined;
  }
}

/** What sources may tell, by the word that their registration uses. */
export const factKinds = [...accountFactKinds, 'riskResults', 'fees', 'outages', 'rates'] as const;
export type FactKind = (typeof factKinds)[number];

/** Undefined: every source says of its own days when they are complete, and when it ends. */
export function factKindOf(kind: MessageKind): FactKind | undefined {
  switch (kind) {
    case 'accountOpened':
    case 'accountClosed':
    case 'accountStatusChanged':
      return 'account';
    case 'assetsObserved':
      return 'assets';
    case 'tradeBooked':
    case 'tradeCorrected':
    case 'tradeCancelled':
      return 'trades';
    case 'cashMoved':
      return 'cash';
    case 'securitiesMoved':
      return 'securities';
    case 'riskResult':
      return 'riskResults';
    case 'feeSchedule':
      return 'fees';
    case 'outageDeclared':
      return 'outages';
    case 'exchangeRate':
      return 'rates';
    case 'dayCompleted':
    case 'sourceEnded':
      return undefined;
  }
}
