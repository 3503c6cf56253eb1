import {
  FreshView,
  PageView,
  Shown,
  ShownFlag,
  ShownList,
  ShownNumber,
  ShownNumberOrNull,
  ShownObject,
  ShownOne,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';
import { MoneyBody } from '../fields/index.js';

const money = { type: () => MoneyBody } as const;
const moneyOrNull = { type: 'object', additionalProperties: true, nullable: true } as const;

export class ValueClientView {
  @ShownText() clientId: string;
  @ShownText() clientNo: string;
  @ShownText() branchId: string;
  @ShownText() status: string;
}

export class RfmItemView extends ValueClientView {
  @ShownNumber('1-5') recency: number;
  @ShownNumber('1-5') frequency: number;
  @ShownNumber('1-5') monetary: number;
  @ShownFlag('Never traded: a prospect, 1-1-1') noHistory: boolean;
  @ShownTextOrNull() lastTradeOn: string | null;
  @ShownNumber('Distinct ones of the 365 days') tradeDates: number;
  @Shown(money, 'Of the 365 days, without what is passed on') netCommission: MoneyBody;
  @ShownNumber('Amounts in another currency without a rate of their day: not in the commission') unconverted: number;
}

class ValueFrameView extends FreshView {
  @ShownText('The day that the figures are of') on: string;
  @ShownText('Base currency of the firm') currency: string;
}

class ValuePageView extends PageView {
  @ShownText('The day that the figures are of') on: string;
  @ShownText('Base currency of the firm') currency: string;
}

export class RfmCellView {
  @ShownNumber() recency: number;
  @ShownNumber() frequency: number;
  @ShownNumber() monetary: number;
  @ShownNumber() clients: number;
  @ShownText('Address of the clients behind it') drillDown: string;
}

export class RfmView extends ValueFrameView {
  @ShownText() scale: string;
  @ShownNumber() clients: number;
  @ShownObject('Those who never traded, with the address of their list') noHistory: object;
  @ShownList(() => RfmCellView, 'Those that have clients, the best first') cells: RfmCellView[];
  @ShownNumber('Amounts without a rate of their day, in no figure') unconverted: number;
}

export class RfmPageView extends ValuePageView {
  @ShownList(() => RfmItemView) items: RfmItemView[];
}

export class ParetoPartView {
  @ShownNumber() clients: number;
  @Shown(money) amount: MoneyBody;
  @ShownNumberOrNull('Of all clients') clientsBasisPoints: number | null;
  @ShownNumberOrNull('Of the positive total') amountBasisPoints: number | null;
  @ShownText('Address of the clients behind it, the largest first') drillDown: string;
}

export class ParetoMonthView {
  @ShownText('YYYY-MM') month: string;
  @ShownOne(() => ParetoPartView) positive: ParetoPartView;
  @ShownOne(() => ParetoPartView) vitalFew: ParetoPartView;
  @ShownOne(() => ParetoPartView) top: ParetoPartView;
}

export class ParetoAnswer extends ValueFrameView {
  @ShownText() by: string;
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownNumber('All clients, whatever they contribute') clients: number;
  @ShownOne(() => ParetoPartView, 'Who contributes something') positive: ParetoPartView;
  @ShownOne(() => ParetoPartView, 'The fewest who make up 80 % of it') vitalFew: ParetoPartView;
  @ShownOne(() => ParetoPartView, 'The first fifth of all clients') top: ParetoPartView;
  @ShownList(() => ParetoMonthView, 'Each month on its own') trend: ParetoMonthView[];
  @ShownNumber('Amounts without a rate of their day, in no figure') unconverted: number;
}

export class ParetoItemView extends ValueClientView {
  @ShownNumber('From 1') rank: number;
  @Shown(money) amount: MoneyBody;
}

export class ParetoPageView extends ValuePageView {
  @ShownText() from: string;
  @ShownText() to: string;
  @ShownList(() => ParetoItemView) items: ParetoItemView[];
}

export class ChurnSignalView {
  @ShownText() signal: string;
  @ShownFlag() present: boolean;
  @ShownObject('What it rests on') evidence: object;
  @ShownObject('What that was held against') bounds: object;
  @Shown({ type: 'array', items: { type: 'string' } }, 'Addresses of the facts behind it') drillDown: string[];
}

export class ChurnItemView extends ValueClientView {
  @ShownNumber('How many signals are present') score: number;
  @ShownList(() => ChurnSignalView) signals: ChurnSignalView[];
}

export class ChurnPageView extends ValuePageView {
  @ShownList(() => ChurnItemView) items: ChurnItemView[];
}

export class ChurnCountsView extends ValueFrameView {
  @ShownNumber('With accounts') clients: number;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Each with the address of its clients')
  bySignal: object[];
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'By how many signals a client shows') byScore: object[];
}

export class DormantItemView extends ValueClientView {
  @ShownFlag() dormant: boolean;
  @ShownTextOrNull('The last trade or movement, else the opening of the first account') lastActivityOn: string | null;
  @ShownTextOrNull('First day on which the time is up') idleFrom: string | null;
  @Shown(moneyOrNull, 'Null where a source tells no parts') securities: object | null;
  @Shown(moneyOrNull) cash: object | null;
}

export class DormantPageView extends ValuePageView {
  @ShownList(() => DormantItemView) items: DormantItemView[];
}

export class ClientValueAnswer extends ValueFrameView {
  @ShownText() clientId: string;
  @ShownOne(() => RfmItemView) rfm: RfmItemView;
  @ShownOne(() => DormantItemView) dormancy: DormantItemView;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'Null of a prospect, who cannot leave') churn: object | null;
  @ShownObject('What the client says of themselves, as far as stated and valid') stated: object;
  @ShownObject('What their trades of a year and their positions say') observed: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Where the two differ, by name') mismatches: object[];
  @ShownNumber('Trades without an instrument, side, quantity or rate: in no observation') unobserved: number;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'Of a prospect: every point with its source') potential:
    object | null;
  @ShownObject('Addresses of the facts behind it') drillDown: object;
}

export class AccountFactView {
  @ShownText() on: string;
  @ShownText() accountId: string;
  @ShownText() source: string;
  @ShownTextOrNull('The source’s own id of the record, with its version') sourceRecord: string | null;
  @ShownNumber('Position in the log') position: number;
  @ShownFlag('Its source is the one that counts for this kind of fact of the account: figures and tiers rest on it')
  counted: boolean;
  @ShownObject('Amounts in minor units') data: object;
}

export class AccountFactsAnswer extends PageView {
  @ShownList(() => AccountFactView) items: AccountFactView[];
}
