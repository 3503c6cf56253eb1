import { type Instant, type LocalDate, type Money, type MovementDirection, type RiskLevel, type TradeSide } from '#event-sourcing';
import type { AccountStatus, Instrument, movementStates, Turnover } from './account-events.js';
import type { ControlTotals, SourceEvent } from './source-events.js';

/** A trade, or a charge without one, as it stands now. The record's id is the trade's; corrections and cancellations raise its version. */
export interface TradeStatement {
  kind: Turnover['kind'];
  /** Trade date. */
  on: LocalDate;
  side?: TradeSide;
  instrument?: Instrument;
  quantityMillionths?: number;
  gross: Money;
  commission: Money;
  passedOn: Money;
}

/** A movement without a trade. Securities move at their value of the day. The record's id is the movement's. */
export interface MovementStatement {
  on: LocalDate;
  direction: MovementDirection;
  amount: Money;
  state: (typeof movementStates)[number];
}

/** A risk questionnaire's result. `lowestClass`: of the lowest tolerance, whom nothing above their level may be offered to. */
export interface RiskResult {
  on: LocalDate;
  questionnaireVersion: string;
  score: number;
  level: RiskLevel;
  lowestClass: boolean;
}

/** What the data of each kind of message says. Amounts are whole minor units, never negative, in one currency a message. */
export interface MessageData {
  accountOpened: { openedOn: LocalDate; currency: string };
  accountClosed: { closedOn: LocalDate };
  accountStatusChanged: { on: LocalDate; status: AccountStatus };
  /** End-of-day total, with its parts where the source tells them. One record an account and day. */
  assetsObserved: { on: LocalDate; total: Money; securities?: Money; cash?: Money };
  tradeBooked: TradeStatement;
  tradeCorrected: TradeStatement;
  tradeCancelled: TradeStatement;
  cashMoved: MovementStatement;
  securitiesMoved: MovementStatement;
  riskResult: RiskResult;
  feeSchedule: Omit<Extract<SourceEvent, { type: 'FeeScheduleObserved' }>['data'], 'source'>;
  outageDeclared: { system: string; from: Instant; until: Instant | null };
  exchangeRate: { on: LocalDate; currency: string; amountMinor: number; base: string; baseMinor: number };
  /** Everything that concerns the day has been sent. `totals`: over the records of that day as they stand at the source. */
  dayCompleted: { on: LocalDate; totals: ControlTotals };
  /** The source says nothing of the days after `lastDay`. */
  sourceEnded: { lastDay: LocalDate };
}

export type MessageKind = keyof MessageData;

/** What every message says beside its data. Key of a statement: source, record and version. */
export interface MessageHead {
  /** The system that says it. */
  source: string;
  /** The source's own id of what it speaks of. */
  record: string;
  /** 1, 2, 3, ...: a later statement of the same record takes the place of the earlier. */
  version: number;
  /** 1, 2, 3, ... over all messages of one account at its source, so that a missing one is seen. */
  sequence?: number;
  accountId?: string;
  /** The client's number, where the source knows it: a fact of somebody else's account is not taken. */
  clientNo?: string;
}

/** One statement of the trading back office, in the standard format, version 1. */
export type BackOfficeMessage = { [K in MessageKind]: MessageHead & { kind: K; data: MessageData[K] } }[MessageKind];
export type MessageOf<K extends MessageKind> = Extract<BackOfficeMessage, { kind: K }>;

/** Kinds that belong to an account; the others are of the source as a whole. A risk result may name the client alone. */
export const accountKinds = [
  'accountOpened',
  'accountClosed',
  'accountStatusChanged',
  'assetsObserved',
  'tradeBooked',
  'tradeCorrected',
  'tradeCancelled',
  'cashMoved',
  'securitiesMoved',
] as const satisfies readonly MessageKind[];
export type AccountKind = (typeof accountKinds)[number];

export const isAccountKind = (kind: MessageKind): kind is AccountKind => (accountKinds as readonly MessageKind[]).includes(kind);

/** Kinds of one record: a trade is booked, then corrected, then cancelled; what an assets record says stays about assets. */
export const subjectOf = (kind: MessageKind): string => (kind.startsWith('trade') ? 'trade' : kind);

/**
 * Whether a message belongs to the day that it is about. An account opened years ago is told of today: it opens no day of its
 * source that nobody would ever complete.
 */
export function makesDay(kind: MessageKind): boolean {
  switch (kind) {
    case 'accountStatusChanged':
    case 'assetsObserved':
    case 'tradeBooked':
    case 'tradeCorrected':
    case 'tradeCancelled':
    case 'cashMoved':
    case 'securitiesMoved':
    case 'exchangeRate':
      return true;
    case 'accountOpened':
    case 'accountClosed':
    case 'riskResult':
    case 'dayCompleted':
    case 'sourceEnded':
    case 'feeSchedule':
    case 'outageDeclared':
      return false;
  }
}

/** The day that a message is about, by which a day's totals count it; null where it is about none. */
export function dayOf(message: BackOfficeMessage): LocalDate | null {
  switch (message.kind) {
    case 'accountOpened':
      return message.data.openedOn;
    case 'accountClosed':
      return message.data.closedOn;
    case 'accountStatusChanged':
    case 'assetsObserved':
    case 'tradeBooked':
    case 'tradeCorrected':
    case 'tradeCancelled':
    case 'cashMoved':
    case 'securitiesMoved':
    case 'riskResult':
    case 'exchangeRate':
      return message.data.on;
    case 'dayCompleted':
    case 'sourceEnded':
    case 'feeSchedule':
    case 'outageDeclared':
      return null;
  }
}
