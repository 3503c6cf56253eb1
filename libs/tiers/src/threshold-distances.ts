import { compareRationals, type Rational, rational, rationalOfText } from '#event-sourcing';
import { entryOf, type ExactThresholds, retentionOf } from './entry-and-retention.js';
import type { EvaluatedInputs, TierName } from './tier-events.js';
import type { TierRules } from './tier-rules.js';

/** Amounts in minor units of the rules' currency; a criterion that plays no part is absent. */
export interface Amounts {
  adaMinor?: number;
  netCommissionMinor?: number;
}

/** A step of the ladder against what an evaluation saw. The lowest needs nothing: it is entered and retained by all. */
export interface ThresholdSeen {
  tier: TierName;
  entry: Amounts;
  entered: boolean;
  /** A threshold of a fraction of a minor unit is rounded up: an amount below the rounded one does not reach it either. */
  retention: Amounts;
  retained: boolean;
}

/** How far a client is from the next step up, and from losing the one they have. */
export interface Distances {
  /** What is missing, by each criterion: one of them is enough, and none is missing where it is not above 0. Null on the highest step. */
  toNext: ({ tier: TierName } & Amounts) | null;
  /** What is left above the retention threshold, by each criterion; negative below it. Null on the lowest step. */
  aboveRetention: Amounts | null;
}

type Seen = Pick<EvaluatedInputs, 'ada' | 'netCommission'>;

/** Every step of the ladder against what an evaluation saw, compared exactly. */
export const thresholdsSeen = (rules: TierRules, inputs: Seen): ThresholdSeen[] =>
  rules.tiers.map((step) => {
    const [entry, retention] = [entryOf(step), retentionOf(rules, step)];
    return {
      tier: step.tier,
      entry: amountsOf(entry, ceiling),
      entered: isReached(inputs, entry),
      retention: amountsOf(retention, ceiling),
      retained: isReached(inputs, retention),
    };
  });

/** In money, from the tier that a client has by the rules. A tier that the rules no longer have is above no threshold. */
export function distancesOf(rules: TierRules, tier: TierName, inputs: Seen): Distances {
  const at = rules.tiers.findIndex((step) => step.tier === tier);
  const next = rules.tiers[at + 1];
  const own = rules.tiers[at];
  const retention = own && retentionOf(rules, own);
  return {
    toNext: next ? { tier: next.tier, ...amountsOf(apart(entryOf(next), inputs), ceiling) } : null,
    aboveRetention: retention ? amountsOf(apart(retention, inputs, -1n), floor) : null,
  };
}

const valueOf = (inputs: Seen, criterion: keyof Seen): Rational => rationalOfText(inputs[criterion]);

function isReached(inputs: Seen, thresholds: ExactThresholds | undefined): boolean {
  if (!thresholds) return true;
  const reaches = (criterion: keyof Seen): boolean => {
    const threshold = thresholds[criterion];
    return threshold !== undefined && compareRationals(valueOf(inputs, criterion), threshold) >= 0;
  };
  return reaches('ada') || reaches('netCommission');
}

/** Threshold less value, by criterion; with a sign of -1 the other way round. */
function apart(thresholds: ExactThresholds | undefined, inputs: Seen, sign: 1n | -1n = 1n): ExactThresholds {
  const of = (criterion: keyof Seen): ExactThresholds => {
    const threshold = thresholds?.[criterion];
    if (!threshold) return {};
    const value = valueOf(inputs, criterion);
    const numerator = sign * (threshold.numerator * value.denominator - value.numerator * threshold.denominator);
    return { [criterion]: rational(numerator, threshold.denominator * value.denominator) };
  };
  return { ...of('ada'), ...of('netCommission') };
}

function amountsOf(amounts: ExactThresholds | undefined, round: (amount: Rational) => bigint): Amounts {
  const { ada, netCommission } = amounts ?? {};
  return { ...(ada && { adaMinor: Number(round(ada)) }), ...(netCommission && { netCommissionMinor: Number(round(netCommission)) }) };
}

function floor({ numerator, denominator }: Rational): bigint {
  const cut = numerator / denominator;
  return numerator < 0n && cut * denominator !== numerator ? cut - 1n : cut;
}

const ceiling = ({ numerator, denominator }: Rational): bigint => -floor({ numerator: -numerator, denominator });
