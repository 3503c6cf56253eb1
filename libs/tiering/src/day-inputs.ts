import type { LocalDate } from '#event-sourcing';
import { type DayToEvaluate, type RateTable, type StopReason, tierInputsOrReasons, type TierRules, type TradingDays } from '#tiers';
import { type ClientFacts, sourceDay } from './client-facts.js';

/** What the whole firm's evaluations go by, as known at one position. */
export interface FirmFacts {
  rates: RateTable;
  /** `sourceDay` of each that is complete. */
  complete: ReadonlySet<string>;
  /** Sources that have ended, with their last day. */
  ended: ReadonlyMap<string, LocalDate>;
  tradingDays: TradingDays | undefined;
}

/**
 * What an evaluation date goes by for one client, or why it cannot be made. Undefined where nobody tells of the client's
 * accounts any more, so that there is nothing to judge.
 */
export function dayToEvaluate(rules: TierRules, facts: ClientFacts, firm: FirmFacts, on: LocalDate): DayToEvaluate | undefined {
  const reasons = dayReasons(sourcesOf(facts, on), firm, on);
  if (reasons === undefined) return undefined;
  const all = [...gapReasons(facts), ...reasons];
  if (all.length > 0) return { on, rules, inputs: all };
  return { on, rules, inputs: tierInputsOrReasons(rules, facts, firm.rates, on, firm.tradingDays) };
}

export const gapReasons = ({ gaps }: Pick<ClientFacts, 'gaps'>): StopReason[] =>
  gaps.map(({ accountId, source, firstSequence, lastSequence }) => ({
    code: 'sequence-gap',
    source,
    accountId,
    detail: firstSequence === lastSequence ? String(firstSequence) : `${firstSequence}-${lastSequence}`,
  }));

/** Sources that are waited for and have not said all of a day; undefined where all of them have ended before it. */
export function dayReasons(sources: readonly string[], { complete, ended }: FirmFacts, on: LocalDate): StopReason[] | undefined {
  const telling = sources.filter((source) => (ended.get(source) ?? on) >= on);
  if (sources.length > 0 && telling.length === 0) return undefined;
  const missing = telling.toSorted().filter((source) => !complete.has(sourceDay(source, on)));
  return missing.map((source) => ({ code: 'day-incomplete', source }));
}

/** A source is waited for from an account's opening until the day that it is closed. */
const sourcesOf = ({ accounts }: ClientFacts, on: LocalDate): string[] => [
  ...new Set(
    accounts
      .filter((a) => a.firstOn <= on && (a.closedOn === null || a.closedOn > on) && (a.unlinkedOn === null || a.unlinkedOn > on))
      .map(({ source }) => source),
  ),
];

/** The day of the client's first account: no evaluation lies before it. Undefined where there is none. */
export const firstAccountOn = ({ accounts }: ClientFacts): LocalDate | undefined =>
  accounts.reduce<LocalDate | undefined>((first, { firstOn }) => (first === undefined || firstOn < first ? firstOn : first), undefined);
