import type { StreamRef, Uuid } from '#event-sourcing';
import { type AccountEvent, accountStream, type Turnover } from './account-events.js';
import type { AccountKind, BackOfficeMessage, MessageOf, TradeStatement } from './messages.js';
import { rateStream, type RateEvent, type SourceEvent, sourceStream } from './source-events.js';

/** A message that is not an account's: a fact of its source, in that stream. */
export interface SourceFact {
  stream: StreamRef;
  event: SourceEvent | RateEvent;
}

type AccountMessage = MessageOf<AccountKind>;

export const isOfAccount = (message: BackOfficeMessage): message is AccountMessage & { accountId: string } =>
  message.kind !== 'riskResult' && message.accountId !== undefined;

/** What an account's message says, as a fact in the stream of the account under its owner. */
export function accountFactOf(message: AccountMessage & { accountId: string }, owner: Uuid): { stream: StreamRef; event: AccountEvent } {
  const { accountId, source } = message;
  return { stream: accountStream(owner, accountId), event: factOf(message, { accountId, source }) };
}

function factOf(message: AccountMessage, account: { accountId: string; source: string }): AccountEvent {
  const trade = (state: Turnover['state'], data: TradeStatement): AccountEvent => ({
    type: 'TurnoverObserved',
    data: { ...account, tradeId: message.record, ...data, state },
  });
  switch (message.kind) {
    case 'accountOpened':
      return { type: 'AccountOpened', data: { ...account, ...message.data } };
    case 'accountClosed':
      return { type: 'AccountClosed', data: { ...account, ...message.data } };
    case 'accountStatusChanged':
      return { type: 'AccountStatusChanged', data: { ...account, ...message.data } };
    case 'assetsObserved':
      return { type: 'AssetsObserved', data: { ...account, ...message.data } };
    case 'tradeBooked':
      return trade('booked', message.data);
    case 'tradeCorrected':
      return trade('corrected', message.data);
    case 'tradeCancelled':
      return trade('cancelled', message.data);
    case 'cashMoved':
      return { type: 'MovementObserved', data: { ...account, movementId: message.record, kind: 'cash', ...message.data } };
    case 'securitiesMoved':
      return { type: 'MovementObserved', data: { ...account, movementId: message.record, kind: 'securities', ...message.data } };
  }
}

/** What a message says of its source as a whole. */
export function sourceFactOf(
  message: MessageOf<'feeSchedule' | 'outageDeclared' | 'exchangeRate' | 'dayCompleted' | 'sourceEnded'>,
): SourceFact {
  const { source, record } = message;
  const stream = sourceStream(source);
  switch (message.kind) {
    case 'feeSchedule':
      return { stream, event: { type: 'FeeScheduleObserved', data: { source, ...message.data } } };
    case 'outageDeclared': {
      const { system, from, until } = message.data;
      const utc = (text: string): string => new Date(text).toISOString();
      return {
        stream,
        event: { type: 'OutageDeclared', data: { source, outageId: record, system, from: utc(from), until: until && utc(until) } },
      };
    }
    case 'exchangeRate': {
      const { currency, base } = message.data;
      return { stream: rateStream(currency, base), event: { type: 'RateObserved', data: { source, ...message.data } } };
    }
    case 'sourceEnded':
      return { stream, event: { type: 'SourceEnded', data: { source, ...message.data } } };
    case 'dayCompleted':
      return { stream, event: { type: 'SourceDayCompleted', data: { source, ...message.data } } };
  }
}
