import { addDays, compareRationals, type LocalDate } from '#event-sourcing';
import { ladder, type TierName } from './tier-events.js';
import type { TierInputs } from './tier-inputs.js';
import { entryOf, type ExactThresholds, retentionOf } from './entry-and-retention.js';
import type { TierRules } from './tier-rules.js';

/** What an evaluation finds: the rule tier, never an override. */
export interface Standing {
  tier: TierName;
  strikes: number;
  /** Effective date of the last promotion since the tier was lowered; null where there was none, so that an initial tier has no grace. */
  promotedFrom: LocalDate | null;
}

/** What an evaluation comes to; `strikes` and `promotedFrom` are those after it. */
export interface Judgement {
  current: TierName;
  candidate: TierName;
  retained: boolean;
  tier: TierName;
  strikes: number;
  promotedFrom: LocalDate | null;
}

type Measures = Pick<TierInputs, 'ada' | 'netCommission'>;

/** tiers.md, "The rule tier". A change takes effect on the day after `on`. */
export function evaluate(rules: TierRules, standing: Standing, inputs: Measures, on: LocalDate): Judgement {
  const current = standing.tier;
  const candidate = candidateOf(rules, inputs);
  const retained = isRetained(rules, current, inputs);
  const found = { current, candidate, retained };
  if (rank(candidate) > rank(current)) return { ...found, tier: candidate, strikes: 0, promotedFrom: addDays(on, 1) };
  const { promotedFrom } = standing;
  const inGrace = promotedFrom !== null && on < addDays(promotedFrom, rules.graceDays);
  if (retained || inGrace) return { ...found, tier: current, strikes: 0, promotedFrom };
  const strikes = standing.strikes + 1;
  if (strikes < rules.strikesToDemote) return { ...found, tier: current, strikes, promotedFrom };
  return { ...found, tier: oneStepBelow(rules, current), strikes: 0, promotedFrom: null };
}

function candidateOf({ tiers }: TierRules, inputs: Measures): TierName {
  const entered = tiers.findLast((step) => reaches(inputs, entryOf(step)));
  return entered?.tier ?? tiers[0]!.tier;
}

// A tier that the rules no longer have is one that nothing retains; one below their lowest is left by promotion.
function isRetained(rules: TierRules, current: TierName, inputs: Measures): boolean {
  const step = rules.tiers.find(({ tier }) => tier === current);
  return step !== undefined && reaches(inputs, retentionOf(rules, step));
}

/** At least one criterion, compared unrounded; equality reaches. */
function reaches(inputs: Measures, thresholds: ExactThresholds | undefined): boolean {
  if (!thresholds) return true;
  const { ada, netCommission } = thresholds;
  return (
    (ada !== undefined && compareRationals(inputs.ada, ada) >= 0) ||
    (netCommission !== undefined && compareRationals(inputs.netCommission, netCommission) >= 0)
  );
}

const oneStepBelow = ({ tiers }: TierRules, current: TierName): TierName =>
  tiers.findLast(({ tier }) => rank(tier) < rank(current))?.tier ?? current;

const rank = (tier: TierName): number => ladder.indexOf(tier);
