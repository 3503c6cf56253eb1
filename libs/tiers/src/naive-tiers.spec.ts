import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate } from '#event-sourcing';
import { checkTierRules, correctingEvents, saysTheSame, standingBefore, type TierEvent } from './index.js';
import { type Knowledge, LAST_DAY, type TierLife, tierLives } from '../../../test/support/arbitrary-tiers.js';
import { days, instantOf, justBefore, LivedTiers, livedTiers } from '../../../test/support/lived-tiers.js';

/** TIER_RUNS lengthens. */
const runs = Number(process.env.TIER_RUNS ?? 150);
const everyLife = (check: (client: LivedTiers) => void): void =>
  fc.assert(
    fc.property(tierLives, (life) => check(livedTiers(life))),
    { numRuns: runs },
  );

describe('tier evaluation against a plain walk through the days', () => {
  it('has valid rules to try', () => {
    fc.assert(
      fc.property(tierLives, ({ first, second }) => {
        expect([checkTierRules(first), checkTierRules(second)]).toEqual([{ rules: first }, { rules: second }]);
      }),
    );
  });

  it('gives the tier of every day as known after each run, and corrections leave what was known before as it was', () => {
    everyLife((client) => {
      for (let run = 0; run <= client.life.runs.length; run++) {
        const naive = client.naive(run);
        const expected = days.map((day) => naive.get(day));
        expect(client.tiersAt(instantOf(run))).toEqual(expected);
        expect(client.tiersAt(justBefore(run + 1))).toEqual(expected);
      }
    });
  });

  it('says nothing more where nothing more is known', () => {
    everyLife(({ repeated }) => expect(repeated).toEqual([]));
  });

  it('comes to what knowing everything from the beginning comes to: tiers, strikes and grace', () => {
    everyLife((client) => {
      const run = client.life.runs.length;
      const knowing = new LivedTiers(client.life);
      const answers = knowing.answers(run, 0);
      expect(answers.filter((answer, i) => !saysTheSame(client.answers(run, 0)[i], answer))).toEqual([]);
      for (const event of correctingEvents(knowing.past, answers, [], 'first', instantOf(run))) {
        knowing.past.push({ event, recordedAt: instantOf(run) });
      }
      expect(standingBefore(client.past, LAST_DAY)).toEqual(standingBefore(knowing.past, LAST_DAY));
      expect(client.tiersAt(instantOf(run))).toEqual(knowing.tiersAt(instantOf(run)));
    });
  });

  it('corrects in one event, each day that differs and no other, and names the commitments that this affects', () => {
    everyLife((client) => {
      for (const [i, events] of client.made.entries()) {
        const corrections = events.filter((event) => event.type === 'TierCorrected');
        expect(corrections.length).toBeLessThanOrEqual(1);
        const [before, after] = [client.naive(i), client.naive(i + 1)];
        const differing = days.filter((day) => before.get(day) !== after.get(day) && !isMovedPlainly(events, day));
        const covered = (day: LocalDate) => corrections.some(({ data }) => data.intervals.some((one) => one.validFrom <= day && (one.validTo === null || day < one.validTo))); // prettier-ignore
        expect(days.filter((day) => covered(day) && !isMovedPlainly(events, day))).toEqual(differing);
        expect(corrections.flatMap(({ data }) => data.affectedCommitments)).toEqual(client.affectedBy(i + 1, covered));
        for (const { intervals } of corrections.map(({ data }) => data)) {
          for (const [n, { validFrom, validTo }] of intervals.entries()) {
            expect(validTo === null ? n === intervals.length - 1 : validFrom < validTo).toBe(true);
            expect(n === 0 || intervals[n - 1]!.validTo! <= validFrom).toBe(true);
          }
        }
      }
    });
  });

  it('does not depend on the order of clients, nor on that of a run’s facts', () => {
    const streams = (lives: readonly TierLife[]) => lives.map((life) => [life.given, livedTiers(life).past] as const);
    const turned = (life: TierLife): TierLife => ({ ...life, runs: life.runs.map(turnedFacts) });
    fc.assert(
      fc.property(fc.array(tierLives, { minLength: 2, maxLength: 3 }), (drawn) => {
        const lives = drawn.map((life) => ({ ...life, runs: life.runs.map(withoutTwins) }));
        expect(streams(lives.map(turned).toReversed()).toReversed()).toEqual(streams(lives));
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
  });
});

/** Whether an evaluation made for the first time, on which no other rested, has moved the day's tier: no correction does. */
const isMovedPlainly = (events: readonly TierEvent[], day: LocalDate): boolean =>
  events.some((event) => (event.type === 'TierPromoted' || event.type === 'TierDemoted') && event.data.effectiveFrom <= day);

const turnedFacts = (run: Knowledge): Knowledge => ({ ...run, assets: run.assets.toReversed(), commissions: run.commissions.toReversed() });

/** Of two values of an account and day the order tells which holds. */
const withoutTwins = (run: Knowledge): Knowledge => ({
  ...run,
  assets: [...new Map(run.assets.map((value) => [`${value.accountId} ${value.on}`, value])).values()],
});
