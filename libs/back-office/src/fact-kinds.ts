import type { AccountEvent } from './account-events.js';
import type { MessageKind } from './messages.js';
import type { AccountFactKind, FactKind } from './fact-words.js';

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
