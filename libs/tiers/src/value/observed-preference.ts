import { addDays, compareRationals, daysBetween, type LocalDate, multiplyRationals, type Rational, rational } from '#event-sourcing';
import { inOrder } from '../in-order.js';
import { partOf, shareOf, sumBy } from './fractions.js';
import { medianOf, type ObservedTrade, positionsOf } from './observed-positions.js';

/** `tiers.md`, "Value and behaviour", observed preference. */
export interface PreferenceScales {
  /** Days whose trades count; the last of them is the day asked for. Positions rest on all trades before. */
  windowDays: number;
  /** From what part of the bought amount on more risk than the stated preference is a mismatch. */
  riskierBasisPoints: number;
  /** The riskiest product that goes with a stated preference. */
  preferredRiskLevel: Readonly<Record<string, number>>;
}

export const defaultPreferenceScales: PreferenceScales = {
  windowDays: 365,
  riskierBasisPoints: 2_000,
  preferredRiskLevel: { conservative: 1, cautious: 2, balanced: 3, growth: 4, aggressive: 5 },
};

/** What the client says of themselves; members that are absent were not stated. */
export interface StatedPreference {
  riskPreference?: string;
  /** 1-5 of C1-C5, where a valid assessment says so. */
  riskLevel?: number;
  horizonMonths?: number;
  /** Instrument classes. */
  instruments?: readonly string[];
}

/** One class of what was traded in the window and what is held at its end. Shares are of the whole, null where that is nothing. */
export interface PreferenceShare {
  /** An instrument class, or a risk class `R1`-`R5`, or `unknown`. */
  of: string;
  traded: Rational;
  tradedShare: Rational | null;
  held: Rational;
  heldShare: Rational | null;
}

export interface ObservedPreference {
  from: LocalDate;
  to: LocalDate;
  byInstrumentClass: readonly PreferenceShare[];
  byRiskLevel: readonly PreferenceShare[];
  /** The largest position, at cost; null where nothing is held. */
  concentration: { instrumentId: string; cost: Rational; share: Rational | null } | null;
  /** Of what was sold in the window; where nothing was, of what is still held, so far. Null where neither is. */
  holding: { medianDays: Rational; basis: 'sold' | 'held' } | null;
  trades: number;
  tradeDates: number;
  /** Mean gross amount of a trade. */
  tradeSize: Rational | null;
  /** Trades a month of 30 days. */
  tradesPerMonth: Rational;
}

export const preferenceMismatches = ['tradesAboveLevel', 'riskierThanStated', 'shorterThanStated', 'instrumentsNotStated'] as const;

/** What was observed and stated differ in this. */
export interface PreferenceMismatch {
  mismatch: (typeof preferenceMismatches)[number];
  stated: string | number | readonly string[];
  observed: Readonly<Record<string, Rational | number | readonly string[]>>;
}

export function observedPreference(
  trades: readonly ObservedTrade[],
  asOf: LocalDate,
  { windowDays }: Pick<PreferenceScales, 'windowDays'> = defaultPreferenceScales,
): ObservedPreference {
  const from = addDays(asOf, 1 - windowDays);
  const known = trades.filter(({ on }) => on <= asOf);
  const recent = known.filter(({ on }) => on >= from);
  const { positions, closed, openSince } = positionsOf(known);
  const held = sumBy(positions, ({ cost }) => cost);
  const [largest] = positions;
  const sold = medianOf(closed.filter(({ soldOn }) => soldOn >= from).map(({ days }) => days));
  const open = medianOf(openSince.map((on) => daysBetween(on, asOf)));
  const shares = (nameOf: (one: ClassOf) => string): PreferenceShare[] =>
    sharesOf(
      recent.map((trade) => ({ of: nameOf(trade), amount: trade.gross })),
      positions.map((position) => ({ of: nameOf(position), amount: position.cost })),
    );
  return {
    from,
    to: asOf,
    byInstrumentClass: shares(({ instrumentClass }) => instrumentClass),
    byRiskLevel: shares(({ riskLevel }) => (riskLevel === null ? 'unknown' : `R${riskLevel}`)),
    concentration: largest ? { instrumentId: largest.instrumentId, cost: largest.cost, share: shareOf(largest.cost, held) } : null,
    holding: sold ? { medianDays: sold, basis: 'sold' } : open && { medianDays: open, basis: 'held' },
    trades: recent.length,
    tradeDates: new Set(recent.map(({ on }) => on)).size,
    tradeSize:
      recent.length === 0
        ? null
        : multiplyRationals(
            sumBy(recent, ({ gross }) => gross),
            rational(1, recent.length),
          ),
    tradesPerMonth: rational(recent.length * 30, windowDays),
  };
}

/** Where what a client does is not what they say. What is not stated, or not known of a trade, is no mismatch. */
export function preferenceMismatchesOf(
  stated: StatedPreference,
  observed: ObservedPreference,
  trades: readonly ObservedTrade[],
  scales: PreferenceScales = defaultPreferenceScales,
): PreferenceMismatch[] {
  const recent = trades.filter(({ on }) => observed.from <= on && on <= observed.to);
  return [
    ...tradesAboveLevel(stated, recent),
    ...riskierThanStated(stated, recent, scales),
    ...shorterThanStated(stated, observed),
    ...instrumentsNotStated(stated, recent),
  ];
}

const boughtAbove = (trades: readonly ObservedTrade[], level: number): ObservedTrade[] =>
  trades.filter(({ side, riskLevel }) => side === 'buy' && riskLevel !== null && riskLevel > level);

function tradesAboveLevel({ riskLevel }: StatedPreference, recent: readonly ObservedTrade[]): PreferenceMismatch[] {
  const above = riskLevel === undefined ? [] : boughtAbove(recent, riskLevel);
  if (riskLevel === undefined || above.length === 0) return [];
  const highest = Math.max(...above.map((trade) => trade.riskLevel!));
  const observed = { trades: above.length, amount: sumBy(above, ({ gross }) => gross), highestRiskLevel: highest };
  return [{ mismatch: 'tradesAboveLevel', stated: `C${riskLevel}`, observed }];
}

function riskierThanStated(
  { riskPreference }: StatedPreference,
  recent: readonly ObservedTrade[],
  scales: PreferenceScales,
): PreferenceMismatch[] {
  const level = riskPreference === undefined ? undefined : scales.preferredRiskLevel[riskPreference];
  const bought = sumBy(
    recent.filter(({ side }) => side === 'buy'),
    ({ gross }) => gross,
  );
  if (riskPreference === undefined || level === undefined || bought.numerator <= 0n) return [];
  const amount = sumBy(boughtAbove(recent, level), ({ gross }) => gross);
  const bound = partOf(bought, scales.riskierBasisPoints);
  if (amount.numerator === 0n || compareRationals(amount, bound) < 0) return [];
  return [{ mismatch: 'riskierThanStated', stated: riskPreference, observed: { amount, share: shareOf(amount, bought)! } }];
}

/** A year of twelve stated months has 365 days. What is still held may yet be held long enough. */
function shorterThanStated({ horizonMonths }: StatedPreference, { holding }: ObservedPreference): PreferenceMismatch[] {
  if (horizonMonths === undefined || holding?.basis !== 'sold') return [];
  if (compareRationals(holding.medianDays, rational(horizonMonths * 365, 12)) >= 0) return [];
  return [{ mismatch: 'shorterThanStated', stated: horizonMonths, observed: { medianDays: holding.medianDays } }];
}

function instrumentsNotStated({ instruments }: StatedPreference, recent: readonly ObservedTrade[]): PreferenceMismatch[] {
  if (!instruments || instruments.length === 0) return [];
  const stated = new Set(instruments.map((name) => name.toLowerCase()));
  const others = new Set(
    recent.filter(({ instrumentClass }) => !stated.has(instrumentClass.toLowerCase())).map((trade) => trade.instrumentClass),
  );
  if (others.size === 0) return [];
  return [{ mismatch: 'instrumentsNotStated', stated: instruments, observed: { instrumentClasses: [...others].sort(inOrder) } }];
}

type ClassOf = Pick<ObservedTrade, 'instrumentClass' | 'riskLevel'>;
interface Amount {
  of: string;
  amount: Rational;
}

function sharesOf(traded: readonly Amount[], held: readonly Amount[]): PreferenceShare[] {
  const names = [...new Set([...traded, ...held].map(({ of }) => of))].sort(inOrder);
  const wholes = [traded, held].map((all) => sumBy(all, ({ amount }) => amount)) as [Rational, Rational];
  return names.map((of) => {
    const part = (all: readonly Amount[]) =>
      sumBy(
        all.filter((one) => one.of === of),
        ({ amount }) => amount,
      );
    const [tradedPart, heldPart] = [part(traded), part(held)];
    return { of, traded: tradedPart, tradedShare: shareOf(tradedPart, wholes[0]), held: heldPart, heldShare: shareOf(heldPart, wholes[1]) };
  });
}
