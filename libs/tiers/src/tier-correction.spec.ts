import { describe, expect, it } from '@jest/globals';
import { addDays, newId, rational } from '#event-sourcing';
import type { KnownCommitment } from './corrected-intervals.js';
import { correctingEvents, eventsOf } from './evaluation-events.js';
import { type DayAnswer, evaluateDays } from './evaluation-run.js';
import { type RecordedTierEvent, standingBefore } from './said-of-days.js';
import type { TierEvent } from './tier-events.js';
import { assertionsOf, tierInForce } from './tier-history.js';
import type { TierRules } from './tier-rules.js';

const rules: TierRules = {
  version: '1',
  currency: 'CNY',
  windowDays: 1,
  dayBasis: 'calendar',
  retentionBasisPoints: 8_000,
  graceDays: 0,
  strikesToDemote: 1,
  tiers: [{ tier: 'STANDARD' }, { tier: 'SILVER', entry: { adaMinor: 100 } }, { tier: 'GOLD', entry: { adaMinor: 1_000 } }],
};
const dates = ['2026-01-31', '2026-02-28', '2026-03-31'];
const at = (day: string): string => `${day}T08:00:00.000Z`;
const gap = [{ code: 'sequence-gap' as const, accountId: 'a', detail: '17-19' }];

/** The stream as one run after another leaves it. */
class Stream {
  readonly past: RecordedTierEvent[] = [];

  constructor() {
    this.append([{ type: 'TierInitialised', data: { tier: 'STANDARD', effectiveFrom: '2026-01-01', basis: 'first-account' } }], at('2026-01-01'));
  } // prettier-ignore

  append(events: readonly TierEvent[], recordedAt: string): this {
    this.past.push(...events.map((event) => ({ event, recordedAt })));
    return this;
  }

  answers(assets: readonly (number | typeof gap)[], from = 0, knownTo = 1): DayAnswer[] {
    const days = assets.map((ada, i) => ({
      on: dates[from + i]!,
      rules,
      inputs: typeof ada === 'number' ? { ada: rational(ada), netCommission: rational(0), accounts: 1, facts: 1 } : ada,
    }));
    return evaluateDays(standingBefore(this.past, dates[from]!)!, days, knownTo);
  }

  evaluate(...assets: (number | typeof gap)[]): this {
    for (const [i, answer] of this.answers(assets).entries()) this.append(eventsOf(answer), at(addDays(dates[i]!, 1)));
    return this;
  }

  correct(assets: readonly (number | typeof gap)[], from = 0, commitments: KnownCommitment[] = []): TierEvent[] {
    const events = correctingEvents(this.past, this.answers(assets, from, 2), commitments, 'late-facts', at('2026-04-10'));
    this.append(events, at('2026-04-10'));
    return events;
  }

  tier(day: string, knownAt: string): string | undefined {
    return tierInForce(this.past.flatMap(({ event, recordedAt }) => assertionsOf(event, recordedAt)), day, knownAt)?.tier; // prettier-ignore
  }
}
const outline = (events: readonly TierEvent[]) => events.map((event) => (event.type === 'TierEvaluated' ? `${event.data.on} ${event.data.tier}` : event.type)); // prettier-ignore
const intervals = (events: readonly TierEvent[]) => events.flatMap((event) => (event.type === 'TierCorrected' ? event.data.intervals : []));

describe('an evaluation', () => {
  it('is an event, and with a change of tier a second one, in effect on the next day', () => {
    const [promotion, kept, demotion] = new Stream().answers([1_000, 800, 799]).map(eventsOf);
    expect(promotion!.at(1)).toEqual({
      type: 'TierPromoted',
      data: { from: 'STANDARD', to: 'GOLD', effectiveFrom: '2026-02-01', ruleVersion: '1' },
    });
    expect(outline(kept!)).toEqual(['2026-02-28 GOLD']);
    expect(demotion!.at(1)).toEqual({
      type: 'TierDemoted',
      data: { from: 'GOLD', to: 'SILVER', effectiveFrom: '2026-04-01', ruleVersion: '1' },
    });
  });

  it('that cannot be made says why and changes nothing', () => {
    const stream = new Stream().evaluate(1_000, gap);
    expect(stream.past.at(-1)!.event).toEqual({
      type: 'TierEvaluationStopped',
      data: { on: '2026-02-28', ruleVersion: '1', reasons: gap, knownTo: 1 },
    });
    expect(standingBefore(stream.past, '2026-03-31')).toEqual({ tier: 'GOLD', strikes: 0, promotedFrom: '2026-02-01' });
  });

  it('made late, with none after it, takes effect on the day after its date all the same', () => {
    const stream = new Stream().evaluate(100, gap);
    const events = stream.correct([1_000], 1);
    expect(outline(events)).toEqual(['2026-02-28 GOLD', 'TierPromoted']);
    expect(stream.tier('2026-03-01', at('2026-04-10'))).toBe('GOLD');
    expect(stream.tier('2026-03-01', at('2026-04-09'))).toBe('SILVER');
  });
});

describe('a correction', () => {
  it('asserts bounded intervals and leaves what was known before', () => {
    const stream = new Stream().evaluate(100, 100, 1_000);
    expect(intervals(stream.correct([1_000, 100, 1_000]))).toEqual([{ tier: 'GOLD', validFrom: '2026-02-01', validTo: '2026-03-01' }]);
    expect(stream.tier('2026-02-15', at('2026-04-10'))).toBe('GOLD');
    expect(stream.tier('2026-02-15', at('2026-04-09'))).toBe('SILVER');
    expect(stream.tier('2026-03-01', at('2026-04-10'))).toBe('SILVER');
    expect(stream.tier('2026-04-01', at('2026-04-10'))).toBe('GOLD');
  });

  it('is open at its end where the last evaluation is another, so that the wrong tier does not come back', () => {
    const stream = new Stream().evaluate(100, 100, 1_000);
    const events = stream.correct([100, 100, 100]);
    expect(outline(events)).toEqual(['2026-03-31 SILVER', 'TierCorrected']); // and no day that came out as before
    expect(intervals(events)).toEqual([{ tier: 'SILVER', validFrom: '2026-04-01', validTo: null }]);
    expect(stream.tier('2030-01-01', at('2026-04-10'))).toBe('SILVER');
  });

  it('joins neighbours with one tier and re-evaluates from the corrected date on only', () => {
    const stream = new Stream().evaluate(100, 100, 100);
    expect(intervals(stream.correct([1_000, 1_000], 1))).toEqual([{ tier: 'GOLD', validFrom: '2026-03-01', validTo: null }]);
    expect(standingBefore(stream.past, '2026-04-30')).toEqual({ tier: 'GOLD', strikes: 0, promotedFrom: '2026-03-01' });
  });

  it('of inputs alone re-states the evaluation and no tier', () => {
    expect(outline(new Stream().evaluate(100, 100, 100).correct([101, 100, 100]))).toEqual(['2026-01-31 SILVER']);
  });

  it('that changes nothing says nothing, wherever facts were known to', () => {
    const stream = new Stream().evaluate(100, gap, 1_000);
    expect(stream.correct([100, gap, 1_000])).toEqual([]);
    expect(stream.correct([])).toEqual([]);
  });

  it('makes a stopped day with later ones made already', () => {
    const stream = new Stream().evaluate(100, gap, 1_000);
    const events = stream.correct([1_000, 1_000], 1);
    expect(outline(events)).toEqual(['2026-02-28 GOLD', '2026-03-31 GOLD', 'TierCorrected']);
    expect(intervals(events)).toEqual([{ tier: 'GOLD', validFrom: '2026-03-01', validTo: '2026-04-01' }]);
  });

  it('counts a day that cannot be made any more as never made', () => {
    const stream = new Stream().evaluate(100, 1_000, 1_000);
    const events = stream.correct([gap, 999], 1);
    expect(outline(events)).toEqual(['TierEvaluationStopped', '2026-03-31 SILVER', 'TierCorrected']);
    expect(stream.tier('2026-05-01', at('2026-04-10'))).toBe('SILVER');
  });

  it('takes the days that none rests on as plain evaluations', () => {
    const stream = new Stream().evaluate(1_000, 1_000);
    const events = stream.correct([100, 100, 1_000]);
    expect(outline(events)).toEqual(['2026-01-31 SILVER', '2026-02-28 SILVER', 'TierCorrected', '2026-03-31 GOLD', 'TierPromoted']);
    expect(stream.tier('2026-03-31', at('2026-04-10'))).toBe('SILVER');
    expect(stream.tier('2026-04-01', at('2026-04-10'))).toBe('GOLD');
  });

  it('may make a day before the first that was made; the last day stays the last', () => {
    const stream = new Stream();
    for (const answer of stream.answers([100], 1)) stream.append(eventsOf(answer), at('2026-03-01'));
    expect(outline(stream.correct([1_000, 100]))).toEqual(['2026-01-31 GOLD', '2026-02-28 SILVER', 'TierCorrected']);
    expect(standingBefore(stream.past, '2026-03-31')).toEqual({ tier: 'SILVER', strikes: 0, promotedFrom: null });
  });

  it('reaches the last evaluation and begins with a tier, or is not made', () => {
    expect(() => new Stream().evaluate(100, 100, 100).correct([1_000])).toThrow('a correction reaches the last evaluation, 2026-03-31');
    expect(() => correctingEvents([], new Stream().answers([1]), [], 'late-facts', at('2026-04-10'))).toThrow(RangeError);
  });
});

describe('commitments affected by a correction', () => {
  const begun = (startDate: string, startedAt = at(startDate)): KnownCommitment => ({ commitmentId: newId(), startDate, startedAt });
  const affected = (stream: Stream, commitments: KnownCommitment[]) =>
    stream
      .correct([1_000, 100, 100], 0, commitments)
      .flatMap((event) => (event.type === 'TierCorrected' ? event.data.affectedCommitments : []));

  it('began in a corrected interval, before the correction, with another tier', () => {
    const [before, first, last, after] = ['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01'].map((day) => begun(day));
    const later = begun('2026-02-10', at('2026-04-10')); // begins as the correction is made
    const stream = new Stream().evaluate(100, 100, 100);
    expect(affected(stream, [before!, first!, last!, after!, later])).toEqual([first!.commitmentId, last!.commitmentId]);
  });

  it('are not named again by a correction of other days', () => {
    const stream = new Stream().evaluate(100, 100, 100);
    const [february, march] = [begun('2026-02-28'), begun('2026-03-01')];
    const first = correctingEvents(stream.past, stream.answers([100, 1_000, 100]), [february, march], 'late-facts', at('2026-04-05'));
    expect(first.at(-1)).toMatchObject({ type: 'TierCorrected', data: { affectedCommitments: [march.commitmentId] } });
    stream.append(first, at('2026-04-05'));
    const second = stream.correct([1_000, 1_000, 100], 0, [february, march]);
    expect(second.at(-1)).toMatchObject({ data: { affectedCommitments: [february.commitmentId] } });
  });

  it('are none where an override gave the tier all the same', () => {
    const stream = new Stream();
    const overrideId = newId();
    const pin = { mode: 'pin' as const, tier: 'GOLD' as const, validFrom: '2026-02-10', validTo: '2026-02-20' };
    stream.append(
      [{ type: 'OverrideApproved', data: { overrideId, approvedBy: 'bob', approvedOn: '2026-01-02', ...pin } }],
      at('2026-01-02'),
    );
    const [pinned, free] = [begun('2026-02-19'), begun('2026-02-20')];
    expect(affected(stream.evaluate(100, 100, 100), [pinned, free])).toEqual([free.commitmentId]);
  });
});
