import { addDays, type Instant, type LocalDate, type Uuid } from '#event-sourcing';
import { type DayAnswer, dateOfAnswer } from './evaluation-run.js';
import type { TierInterval, TierName } from './tier-events.js';
import { type TierAssertion, tierInForce } from './tier-history.js';

/** Later than any instant: by then everything is known. */
export const ALL_KNOWN: Instant = '9999-12-31T23:59:59.999Z';

/** A promise to the client and when it began. */
export interface KnownCommitment {
  commitmentId: Uuid;
  startedAt: Instant;
  /** In the firm's zone. */
  startDate: LocalDate;
}

/**
 * Where the rule tier by these answers differs from what is known. Each answer holds from the day after its date until the
 * next one does. An interval ends where the known tier is right again; one that reaches past the last answer is open, for
 * with an end the earlier assertion, which is the wrong one, would come back there.
 */
export function correctedIntervals(known: readonly TierAssertion[], answers: readonly DayAnswer[], tierBefore: TierName): TierInterval[] {
  const [first] = answers;
  if (!first) return [];
  const starts = tiersFrom(answers, tierBefore);
  const begin = addDays(dateOfAnswer(first), 1);
  const edges = new Set([...starts.keys(), ...known.flatMap(({ validFrom, validTo }) => [validFrom, validTo])]);
  const dates = [...edges].filter((date) => date !== null && date >= begin).sort() as LocalDate[];
  const intervals: TierInterval[] = [];
  let tier = tierBefore;
  for (const [i, validFrom] of dates.entries()) {
    tier = starts.get(validFrom) ?? tier;
    if (tierInForce(known, validFrom, ALL_KNOWN)?.ruleTier === tier) continue;
    const validTo = dates[i + 1] ?? null;
    const last = intervals.at(-1);
    if (last?.validTo === validFrom && last.tier === tier) last.validTo = validTo;
    else intervals.push({ tier, validFrom, validTo });
  }
  return intervals;
}

/** The rule tier from each effective date on. */
function tiersFrom(answers: readonly DayAnswer[], tierBefore: TierName): ReadonlyMap<LocalDate, TierName> {
  const starts = new Map<LocalDate, TierName>();
  let tier = tierBefore;
  for (const answer of answers) {
    if (answer.kind === 'evaluated') tier = answer.evaluation.tier;
    starts.set(addDays(dateOfAnswer(answer), 1), tier);
  }
  return starts;
}

/**
 * The commitments that began in a corrected interval and before the correction, with another tier as known at their start
 * than as known after it. The tier is the effective one, overrides included, for that is what a commitment goes by.
 */
export function affectedCommitments(
  commitments: readonly KnownCommitment[],
  intervals: readonly TierInterval[],
  known: readonly TierAssertion[],
  knownAfter: readonly TierAssertion[],
  now: Instant,
): Uuid[] {
  const isCorrected = (date: LocalDate): boolean =>
    intervals.some(({ validFrom, validTo }) => validFrom <= date && (validTo === null || date < validTo));
  const differs = ({ startDate, startedAt }: KnownCommitment): boolean =>
    tierInForce(known, startDate, startedAt)?.tier !== tierInForce(knownAfter, startDate, ALL_KNOWN)?.tier;
  return commitments
    .filter((commitment) => commitment.startedAt < now && isCorrected(commitment.startDate) && differs(commitment))
    .map(({ commitmentId }) => commitmentId);
}
