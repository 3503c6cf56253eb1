import { addDays, type Instant } from '#event-sourcing';
import { affectedCommitments, correctedIntervals, type KnownCommitment } from './corrected-intervals.js';
import { type DayAnswer, dateOfAnswer } from './evaluation-run.js';
import { assertionsOfAll, type RecordedTierEvent, saidOfDays, saysTheSame, standingBefore } from './said-of-days.js';
import { ladder, type TierEvent } from './tier-events.js';
import { assertionsOf } from './tier-history.js';

/** What an answer says of a day on which no later evaluation rests; a change takes effect on the next day, however late it is made. */
export function eventsOf(answer: DayAnswer): TierEvent[] {
  if (answer.kind === 'stopped') {
    const { kind: _kind, ...data } = answer;
    return [{ type: 'TierEvaluationStopped', data }];
  }
  const { evaluation } = answer;
  const { on, ruleVersion, current: from, tier: to } = evaluation;
  const evaluated: TierEvent = { type: 'TierEvaluated', data: evaluation };
  if (from === to) return [evaluated];
  const type = ladder.indexOf(to) > ladder.indexOf(from) ? 'TierPromoted' : 'TierDemoted';
  return [evaluated, { type, data: { from, to, effectiveFrom: addDays(on, 1), ruleVersion } }];
}

/**
 * Evaluations made anew against what the stream says: each day that comes out with other inputs or another result, and one
 * correction with the intervals whose tier differs and the commitments that it affects; nothing where nothing differs.
 * Days after the last one evaluated so far come as plain evaluations, for no other one rests on them. `answers` ascend and
 * leave out no evaluation date, at least up to the last one evaluated; a RangeError where they end before it.
 *
 * A day that was evaluated and cannot be any more, as its answer says, counts as never evaluated.
 */
export function correctingEvents(
  past: readonly RecordedTierEvent[],
  answers: readonly DayAnswer[],
  commitments: readonly KnownCommitment[],
  cause: string,
  now: Instant,
): TierEvent[] {
  const [first] = answers;
  if (!first) return [];
  const standing = standingBefore(past, dateOfAnswer(first));
  if (!standing) throw new RangeError('a tier that was never given cannot be corrected');
  const said = saidOfDays(past);
  const last = [...said.values()].findLast(({ kind }) => kind === 'evaluated');
  const isLate = (answer: DayAnswer): boolean => last !== undefined && dateOfAnswer(answer) <= dateOfAnswer(last);
  const late = answers.filter(isLate);
  if (last && dateOfAnswer(first) <= dateOfAnswer(last) && dateOfAnswer(late.at(-1)!) !== dateOfAnswer(last)) {
    throw new RangeError(`a correction reaches the last evaluation, ${dateOfAnswer(last)}`);
  }

  const isNew = (answer: DayAnswer): boolean => !saysTheSame(said.get(dateOfAnswer(answer)), answer);
  const remade = late.filter(isNew).flatMap((answer) => eventsOf(answer).slice(0, 1)); // the correction says what tier that makes
  const plain = answers.filter((answer) => !isLate(answer) && isNew(answer)).flatMap(eventsOf);
  const known = assertionsOfAll(past);
  const intervals = correctedIntervals(known, late, standing.tier);
  if (intervals.length === 0) return [...remade, ...plain];

  const corrected = (affected: readonly string[]): TierEvent => ({
    type: 'TierCorrected',
    data: { intervals, cause, affectedCommitments: affected },
  });
  const knownAfter = [...known, ...[corrected([]), ...plain].flatMap((event) => assertionsOf(event, now))];
  return [...remade, corrected(affectedCommitments(commitments, intervals, known, knownAfter, now)), ...plain];
}
