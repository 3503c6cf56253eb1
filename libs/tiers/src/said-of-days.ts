import type { Instant, LocalDate } from '#event-sourcing';
import { ALL_KNOWN } from './corrected-intervals.js';
import type { Standing } from './evaluation.js';
import { type DayAnswer, dateOfAnswer, standingAfter } from './evaluation-run.js';
import type { TierEvent } from './tier-events.js';
import { assertionsOf, type TierAssertion, tierInForce } from './tier-history.js';

/** An event of a client's tier and when it was recorded; lists of them in log order. */
export interface RecordedTierEvent {
  event: TierEvent;
  recordedAt: Instant;
}

export const assertionsOfAll = (past: readonly RecordedTierEvent[]): TierAssertion[] =>
  past.flatMap(({ event, recordedAt }) => assertionsOf(event, recordedAt));

/** What holds of each day, ascending: a later evaluation or stop of the same day takes the place of the earlier one. */
export function saidOfDays(past: readonly RecordedTierEvent[]): ReadonlyMap<LocalDate, DayAnswer> {
  const said = new Map<LocalDate, DayAnswer>();
  for (const { event } of past) {
    if (event.type === 'TierEvaluated') said.set(event.data.on, { kind: 'evaluated', evaluation: event.data });
    if (event.type === 'TierEvaluationStopped') said.set(event.data.on, { kind: 'stopped', ...event.data });
  }
  return new Map([...said].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The standing that the last evaluation in force before `on` left, else that of the tier given at first; undefined where none was given. */
export function standingBefore(past: readonly RecordedTierEvent[], on: LocalDate): Standing | undefined {
  const last = [...saidOfDays(past).values()].findLast((answer) => answer.kind === 'evaluated' && dateOfAnswer(answer) < on);
  if (last?.kind === 'evaluated') return standingAfter(last.evaluation);
  const assertions = assertionsOfAll(past);
  const given = tierInForce(assertions, on, ALL_KNOWN)?.ruleTier ?? assertions.find(({ kind }) => kind === 'rule')?.tier;
  return given ? { tier: given, strikes: 0, promotedFrom: null } : undefined;
}

/** Whether two answers differ in no more than up to where facts were known, and the order of reasons. */
export function saysTheSame(said: DayAnswer | undefined, answer: DayAnswer): boolean {
  return said?.kind === answer.kind && essenceOf(said) === essenceOf(answer);
}

function essenceOf(answer: DayAnswer): string {
  if (answer.kind === 'stopped') return inOneOrder([answer.on, answer.ruleVersion, answer.reasons.map(inOneOrder).sort()]);
  const { knownTo: _knownTo, ...evaluation } = answer.evaluation;
  return inOneOrder(evaluation);
}

/** JSON whose members are in alphabetical order. */
const inOneOrder = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
