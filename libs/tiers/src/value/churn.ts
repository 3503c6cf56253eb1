import {
  addDays,
  compareRationals,
  daysBetween,
  type LocalDate,
  type MovementDirection,
  multiplyRationals,
  type Rational,
} from '#event-sourcing';
import { BASIS_POINTS, negated, partOf, sumBy } from './fractions.js';

/** `tiers.md`, "Value and behaviour", churn signals: their bounds. Basis points are of the figure named beside them. */
export interface ChurnScales {
  fallingAssets: { recentDays: number; beforeDays: number; fallBasisPoints: number };
  shrinkingTrades: { days: number; keptBasisPoints: number; tradeDatesBefore: number };
  /** Of the average daily assets over the `adaDays` before the complaint. Complaints older than `complaintDays` signal nothing any more. */
  outflowAfterComplaint: { withinDays: number; outflowBasisPoints: number; adaDays: number; complaintDays: number };
  noContact: { days: number };
  lowSatisfaction: { atMost: number };
}

export const defaultChurnScales: ChurnScales = {
  fallingAssets: { recentDays: 30, beforeDays: 90, fallBasisPoints: 3_000 },
  shrinkingTrades: { days: 90, keptBasisPoints: 5_000, tradeDatesBefore: 4 },
  outflowAfterComplaint: { withinDays: 60, outflowBasisPoints: 2_000, adaDays: 90, complaintDays: 365 },
  noContact: { days: 180 },
  lowSatisfaction: { atMost: 2 },
};

export const churnSignals = ['fallingAssets', 'shrinkingTrades', 'outflowAfterComplaint', 'noContact', 'lowSatisfaction'] as const;
export type ChurnSignalName = (typeof churnSignals)[number];

/** Days from the first to the last, both inclusive. */
export interface DaySpan {
  from: LocalDate;
  to: LocalDate;
}

/** The spans whose figures the signals need on a day. */
export function churnSpans(asOf: LocalDate, scales: ChurnScales = defaultChurnScales) {
  const { fallingAssets, shrinkingTrades, outflowAfterComplaint } = scales;
  const assetsRecent = spanEnding(asOf, fallingAssets.recentDays);
  const tradesRecent = spanEnding(asOf, shrinkingTrades.days);
  return {
    assetsRecent,
    assetsBefore: spanEnding(addDays(assetsRecent.from, -1), fallingAssets.beforeDays),
    tradesRecent,
    tradesBefore: spanEnding(addDays(tradesRecent.from, -1), shrinkingTrades.days),
    complaints: { from: addDays(asOf, -outflowAfterComplaint.complaintDays), to: asOf },
  };
}

/** The days over which assets before a complaint are averaged, and those in which an outflow counts as after it. */
export const complaintSpans = (receivedOn: LocalDate, asOf: LocalDate, { outflowAfterComplaint: scale } = defaultChurnScales) => {
  const until = addDays(receivedOn, scale.withinDays);
  return { assets: spanEnding(addDays(receivedOn, -1), scale.adaDays), outflow: { from: receivedOn, to: until < asOf ? until : asOf } };
};

const spanEnding = (to: LocalDate, days: number): DaySpan => ({ from: addDays(to, 1 - days), to });

export interface ChurnFacts {
  /** Average daily assets over the two spans. */
  adaRecent: Rational;
  adaBefore: Rational;
  /** Distinct trade dates within the two spans. */
  tradeDatesRecent: number;
  tradeDatesBefore: number;
  /** Of complaints received within their span: average assets before, and what went out less what came in after. */
  complaints: readonly { complaintId: string; receivedOn: LocalDate; ada: Rational; netOutflow: Rational }[];
  /** The last contact with a person, in either direction, and since when the client is one. */
  lastContactOn: LocalDate | null;
  clientSince: LocalDate;
  /** The latest answer, 1-5; null where none was given. */
  satisfaction: { answeredOn: LocalDate; csat: number } | null;
}

/** A yes or no, what it rests on, and the bound that it was held against. Amounts are exact, in minor units. */
export interface ChurnSignal {
  signal: ChurnSignalName;
  present: boolean;
  evidence: Readonly<Record<string, number | string | Rational | null>>;
  bounds: Readonly<Record<string, number>>;
}

export interface Churn {
  /** How many signals are present. */
  score: number;
  signals: readonly ChurnSignal[];
}

export function churn(facts: ChurnFacts, asOf: LocalDate, scales: ChurnScales = defaultChurnScales): Churn {
  const signals = [
    fallingAssets(facts, asOf, scales),
    shrinkingTrades(facts, asOf, scales),
    outflowAfterComplaint(facts, scales),
    noContact(facts, asOf, scales),
    lowSatisfaction(facts, scales),
  ];
  return { score: signals.filter(({ present }) => present).length, signals };
}

/** Recent assets lie at least so far below those of the days before. Who had none before lost none. */
function fallingAssets({ adaRecent, adaBefore }: ChurnFacts, asOf: LocalDate, scales: ChurnScales): ChurnSignal {
  const { fallingAssets: bounds } = scales;
  const { assetsRecent, assetsBefore } = churnSpans(asOf, scales);
  const kept = partOf(adaBefore, BASIS_POINTS - bounds.fallBasisPoints);
  return {
    signal: 'fallingAssets',
    present: adaBefore.numerator > 0n && compareRationals(adaRecent, kept) <= 0,
    evidence: { adaRecent, recentFrom: assetsRecent.from, adaBefore, beforeFrom: assetsBefore.from, beforeTo: assetsBefore.to },
    bounds,
  };
}

/** At most so large a part of the trade dates before, of which there were enough to tell. */
function shrinkingTrades(facts: ChurnFacts, asOf: LocalDate, scales: ChurnScales): ChurnSignal {
  const { tradeDatesRecent, tradeDatesBefore } = facts;
  const { shrinkingTrades: bounds } = scales;
  const { tradesRecent, tradesBefore } = churnSpans(asOf, scales);
  const few = tradeDatesRecent * BASIS_POINTS <= tradeDatesBefore * bounds.keptBasisPoints;
  return {
    signal: 'shrinkingTrades',
    present: few && tradeDatesBefore >= bounds.tradeDatesBefore,
    evidence: {
      tradeDatesRecent,
      recentFrom: tradesRecent.from,
      tradeDatesBefore,
      beforeFrom: tradesBefore.from,
      beforeTo: tradesBefore.to,
    },
    bounds,
  };
}

/** Evidence is the complaint with the largest outflow for what the client held. The day of the complaint counts as after it. */
function outflowAfterComplaint({ complaints }: ChurnFacts, { outflowAfterComplaint: bounds }: ChurnScales): ChurnSignal {
  const left = complaints.filter(({ ada, netOutflow }) => ada.numerator > 0n && netOutflow.numerator > 0n);
  const worst = left.reduce<(typeof left)[number] | undefined>(
    (found, one) =>
      // outflow / assets compared without dividing
      !found || compareRationals(multiplyRationals(one.netOutflow, found.ada), multiplyRationals(found.netOutflow, one.ada)) > 0
        ? one
        : found,
    undefined,
  );
  const present = worst !== undefined && compareRationals(worst.netOutflow, partOf(worst.ada, bounds.outflowBasisPoints)) >= 0;
  const { complaintId = null, receivedOn = null, ada = null, netOutflow = null } = worst ?? {};
  return {
    signal: 'outflowAfterComplaint',
    present,
    evidence: { complaintId, receivedOn, ada, netOutflow, complaints: complaints.length },
    bounds,
  };
}

/** Nobody of the firm and the client have spoken for so many days. Who was never spoken to counts from the day they became a client. */
function noContact({ lastContactOn, clientSince }: ChurnFacts, asOf: LocalDate, { noContact: bounds }: ChurnScales): ChurnSignal {
  const days = daysBetween(lastContactOn ?? clientSince, asOf);
  return { signal: 'noContact', present: days >= bounds.days, evidence: { lastContactOn, clientSince, days }, bounds };
}

function lowSatisfaction({ satisfaction }: ChurnFacts, { lowSatisfaction: bounds }: ChurnScales): ChurnSignal {
  const { answeredOn = null, csat = null } = satisfaction ?? {};
  return { signal: 'lowSatisfaction', present: csat !== null && csat <= bounds.atMost, evidence: { answeredOn, csat }, bounds };
}

/** What went out less what came in within days, cash and securities alike. Cancelled movements are none. */
export const netOutflow = (
  movements: readonly { on: LocalDate; direction: MovementDirection; amount: Rational }[],
  { from, to }: DaySpan,
): Rational =>
  sumBy(
    movements.filter(({ on }) => from <= on && on <= to),
    ({ direction, amount }) => (direction === 'out' ? amount : negated(amount)),
  );
