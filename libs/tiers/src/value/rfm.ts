import { addDays, compareRationals, daysBetween, type LocalDate, type Rational, rational } from '#event-sourcing';

/** `tiers.md`, "Value and behaviour", RFM: bounds of the scores 5, 4, 3 and 2; what reaches none of them scores 1. */
export interface RfmScales {
  /** Days over which trade dates and commission count; the last of them is the day asked for. */
  windowDays: number;
  /** At most so many days since the last trade. Ascending. */
  recencyDays: readonly [number, number, number, number];
  /** At least so many distinct trade dates. Descending. */
  tradeDates: readonly [number, number, number, number];
  /** At least so much net commission, in minor units of the base currency. Descending. */
  netCommissionMinor: readonly [number, number, number, number];
}

export const defaultRfmScales: RfmScales = {
  windowDays: 365,
  recencyDays: [7, 30, 90, 180],
  tradeDates: [100, 50, 20, 5],
  netCommissionMinor: [50_000_00, 10_000_00, 2_000_00, 200_00],
};

export type Score = 1 | 2 | 3 | 4 | 5;

/** What a client's trades say by a day. Cancelled trades are none. */
export interface RfmFacts {
  /** Of any time up to that day; null where there was never a trade. */
  lastTradeOn: LocalDate | null;
  /** Distinct ones within the window. */
  tradeDates: number;
  /** Within the window, in minor units of the base currency. */
  netCommission: Rational;
}

export interface RfmScores {
  recency: Score;
  frequency: Score;
  monetary: Score;
  /** Never traded: a prospect, not a lost client. */
  noHistory: boolean;
}

/** First and last day of the window that ends on `asOf`. */
export const rfmWindow = (asOf: LocalDate, { windowDays }: Pick<RfmScales, 'windowDays'> = defaultRfmScales) => ({
  from: addDays(asOf, 1 - windowDays),
  to: asOf,
});

/** Scores of a client on a day. A client who never traded is 1-1-1, whatever they were charged. */
export function rfm(
  { lastTradeOn, tradeDates, netCommission }: RfmFacts,
  asOf: LocalDate,
  scales: RfmScales = defaultRfmScales,
): RfmScores {
  if (lastTradeOn === null) return { recency: 1, frequency: 1, monetary: 1, noHistory: true };
  const days = daysBetween(lastTradeOn, asOf);
  return {
    recency: firstReached(scales.recencyDays, (bound) => days <= bound),
    frequency: firstReached(scales.tradeDates, (bound) => tradeDates >= bound),
    monetary: firstReached(scales.netCommissionMinor, (bound) => compareRationals(netCommission, rational(bound)) >= 0),
    noHistory: false,
  };
}

const firstReached = (bounds: readonly number[], reached: (bound: number) => boolean): Score => {
  const at = bounds.findIndex(reached);
  return (at < 0 ? 1 : 5 - at) as Score;
};
