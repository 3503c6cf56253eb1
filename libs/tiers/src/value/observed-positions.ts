import { compareRationals, daysBetween, type LocalDate, multiplyRationals, type Rational, rational, type TradeSide } from '#event-sourcing';
import { inOrder } from '../in-order.js';
import { sumBy } from './fractions.js';

/** A trade that is not cancelled, its amount in minor units of the base currency. */
export interface ObservedTrade {
  on: LocalDate;
  tradeId: string;
  instrumentId: string;
  instrumentClass: string;
  /** The product's, 1-5; null where the source does not say. */
  riskLevel: number | null;
  side: TradeSide;
  quantityMillionths: number;
  gross: Rational;
}

/** What is left of a position: at what it was bought for. */
export interface ObservedPosition {
  instrumentId: string;
  instrumentClass: string;
  riskLevel: number | null;
  quantityMillionths: number;
  cost: Rational;
}

/** How long something was held: from its purchase to its sale. */
export interface Holding {
  instrumentId: string;
  boughtOn: LocalDate;
  soldOn: LocalDate;
  days: number;
}

interface Lot {
  on: LocalDate;
  bought: number;
  left: number;
  gross: Rational;
}

/**
 * Positions and holding periods that the trades imply: what is sold was bought first (first in, first out). A sale of
 * more than was bought, of a position that the trades do not reach back to, ends no holding.
 */
export function positionsOf(trades: readonly ObservedTrade[]): {
  positions: ObservedPosition[];
  closed: Holding[];
  openSince: LocalDate[];
} {
  // of one day purchases come first: their order is not known, and what was sold was held
  const sorted = trades.toSorted((a, b) => inOrder(a.on, b.on) || inOrder(a.side, b.side) || inOrder(a.tradeId, b.tradeId));
  const books = new Map<string, { last: ObservedTrade; lots: Lot[] }>();
  const closed: Holding[] = [];
  for (const trade of sorted) {
    const book = books.get(trade.instrumentId) ?? { last: trade, lots: [] };
    books.set(trade.instrumentId, { last: trade, lots: book.lots });
    if (trade.side === 'buy' && trade.quantityMillionths > 0) book.lots.push(lotOf(trade));
    if (trade.side === 'sell') closed.push(...sold(book.lots, trade));
  }
  const held = [...books.values()].filter(({ lots }) => lots.length > 0);
  const positions = held.map(({ last, lots }) => ({
    instrumentId: last.instrumentId,
    instrumentClass: last.instrumentClass,
    riskLevel: last.riskLevel,
    quantityMillionths: lots.reduce((sum, { left }) => sum + left, 0),
    cost: sumBy(lots, costOf),
  }));
  const byCost = positions.sort((a, b) => compareRationals(b.cost, a.cost) || inOrder(a.instrumentId, b.instrumentId));
  return { positions: byCost, closed, openSince: held.flatMap(({ lots }) => lots.map(({ on }) => on)) };
}

function sold(lots: Lot[], { instrumentId, on, quantityMillionths }: ObservedTrade): Holding[] {
  const ended: Holding[] = [];
  for (let asked = quantityMillionths; asked > 0 && lots.length > 0;) {
    const lot = lots[0]!;
    ended.push({ instrumentId, boughtOn: lot.on, soldOn: on, days: daysBetween(lot.on, on) });
    const given = Math.min(lot.left, asked);
    lot.left -= given;
    asked -= given;
    if (lot.left === 0) lots.shift();
  }
  return ended;
}

const lotOf = ({ on, quantityMillionths, gross }: ObservedTrade): Lot => ({
  on,
  bought: quantityMillionths,
  left: quantityMillionths,
  gross,
});

const costOf = ({ bought, left, gross }: Lot): Rational => (left === bought ? gross : multiplyRationals(gross, rational(left, bought)));

/** The middle one, or the mean of the two in the middle; null where there is none. */
export function medianOf(values: readonly number[]): Rational | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? rational(sorted[half]!) : rational(sorted[half - 1]! + sorted[half]!, 2);
}
