import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calendars, instantsNear, places } from '../../../../test/support/arbitrary-calendar.js';
import { documents, minuteTargets } from '../../../../test/support/arbitrary-what-if.js';
import { BeyondTheHorizon, NaiveCalendar } from '../../../../test/support/naive-clock.js';
import { naiveWhatIf, withoutWhy } from '../../../../test/support/naive-what-if.js';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { answerWhatIf } from '../what-if/what-if.js';
import { dateOf, dayOf, MINUTE_MS } from '../calendar/zone.js';

/** How many cases each property takes; more by the environment, for a long run. */
const runs = Number(process.env.CLOCK_RUNS ?? 100);
const options = { numRuns: runs, ...(process.env.CLOCK_SEED !== undefined && { seed: Number(process.env.CLOCK_SEED) }) };
const longRunMs = 60_000 + runs * 1_000;

const spans = fc.oneof(
  fc.integer({ min: 0, max: 20 * 1440 }).map((minutes) => minutes * MINUTE_MS),
  fc.nat(86_400_000),
);
const somewhere = places.chain(({ zone, nearMs }) =>
  fc.record({ calendar: calendars(zone, nearMs), start: instantsNear(nearMs), later: spans, minutes: minuteTargets }),
);

/** What the oracle says, unless it has looked as far as it can. */
function within<T>(answer: () => T): T {
  try {
    return answer();
  } catch (error) {
    fc.pre(!(error instanceof BeyondTheHorizon));
    throw error;
  }
}

describe('calendars, against an answer minute by minute', () => {
  it(
    'reach a target at the same instant',
    () => {
      fc.assert(
        fc.property(somewhere, ({ calendar, start, minutes }) => {
          const expected = within(() => new NaiveCalendar(calendar).reach(start, minutes * MINUTE_MS));
          expect(PreparedCalendar.of(calendar).reach(start, minutes * MINUTE_MS)).toBe(expected);
        }),
        options,
      );
    },
    longRunMs,
  );

  it(
    'accrue the same time, whole or in two pieces',
    () => {
      fc.assert(
        fc.property(somewhere, fc.double({ min: 0, max: 1, noNaN: true }), ({ calendar, start, later }, part) => {
          const prepared = PreparedCalendar.of(calendar);
          const end = start + later;
          const split = start + Math.floor(later * part);
          expect(prepared.accrued(start, end)).toBe(new NaiveCalendar(calendar).accrued(start, end));
          expect(prepared.accrued(start, split) + prepared.accrued(split, end)).toBe(prepared.accrued(start, end));
        }),
        options,
      );
    },
    longRunMs,
  );

  it(
    'count working days alike, and end them at the same instants',
    () => {
      fc.assert(
        fc.property(somewhere, fc.integer({ min: 1, max: 10 }), ({ calendar, start }, days) => {
          const naive = new NaiveCalendar(calendar);
          const prepared = PreparedCalendar.of(calendar);
          const { due, at } = within(() => naive.dayDeadline({ kind: 'businessDays', days }, start, 0));
          const day = prepared.workingDayAfter(prepared.dayAt(start), days)!;
          expect([dateOf(day), prepared.lastCloseOf(day)]).toEqual([due, at]);
          const midnight = naive.dayDeadline({ kind: 'calendarDays', days: 0 }, at, 0);
          expect(prepared.midnightEnding(dayOf(midnight.due))).toBe(midnight.at);
        }),
        options,
      );
    },
    longRunMs,
  );
});

describe('what-if documents, against an answer minute by minute', () => {
  it(
    'agree in every member but the reasons',
    () => {
      fc.assert(
        fc.property(documents, (document) => {
          const expected = within(() => naiveWhatIf(document));
          const answer = withoutWhy(answerWhatIf(document));
          if (JSON.stringify(answer) !== JSON.stringify(expected)) expect(answer).toEqual(expected);
        }),
        { ...options, numRuns: runs * 3 },
      );
    },
    longRunMs,
  );
});
