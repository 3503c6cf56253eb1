import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calendars, instantsNear, places } from '../../../../test/support/arbitrary-calendar.js';
import { documents, minuteTargets, targets } from '../../../../test/support/arbitrary-what-if.js';
import { withoutWhy, type WithoutWhy } from '../../../../test/support/naive-what-if.js';
import type { Calendar, Fact, FactBody, ServicePromise, Target, WhatIfDocument } from '../format/format.js';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import { kindKey } from './selection.js';
import { answerWhatIf } from '../what-if/what-if.js';
import { MINUTE_MS } from '../calendar/zone.js';

/** How many cases each law takes; more by the environment, for a long run. */
const runs = Number(process.env.CLOCK_RUNS ?? 100);
const options = { numRuns: runs, ...(process.env.CLOCK_SEED !== undefined && { seed: Number(process.env.CLOCK_SEED) }) };

const DAY_MS = 86_400_000;
const at = (ms: number, body: FactBody): Fact => ({ at: new Date(ms).toISOString(), ...body });

interface Course {
  calendar: Calendar;
  timeline: Fact[];
  asOf: number[];
  promises: (Partial<ServicePromise> & { target: Target })[];
}

/** Answers of one promise, by asOf. */
function answers({ calendar, timeline, asOf, promises }: Course): WithoutWhy[] {
  const document: WhatIfDocument = {
    calendars: { DESK: calendar },
    handbook: [
      {
        edition: 1,
        effectiveFrom: '2000-01-01T00:00:00Z',
        effectiveTo: null,
        promises: promises.map((promise, i) => ({ id: `promise-${i}`, metric: 'resolution', calendar: 'DESK', ...promise })),
      },
    ],
    subject: { type: 'request', process: 'trading', tier: 'GOLD' },
    timeline,
    asOf: asOf.map((ms) => new Date(ms).toISOString()),
  };
  return withoutWhy(answerWhatIf(document)).answers.map(({ promises }) => promises[0]!);
}

const somewhere = places.chain(({ zone, nearMs }) =>
  fc.record({
    calendar: calendars(zone, nearMs),
    start: instantsNear(nearMs),
    minutes: minuteTargets,
    /** Ascending: a pause, and what comes after it. */
    after: fc
      .array(fc.integer({ min: 0, max: 3 * 1440 * 12 }), { minLength: 3, maxLength: 3 })
      .map((fives) => fives.toSorted((a, b) => a - b).map((five) => five * 5 * (MINUTE_MS / 12))),
  }),
);

const deadlineMs = ({ deadlineAt }: WithoutWhy): number => {
  fc.pre(deadlineAt !== null); // a calendar that never gets there
  return Date.parse(deadlineAt);
};

describe('laws of the clocks', () => {
  it('more target is never earlier, pauses or not', () => {
    fc.assert(
      fc.property(somewhere, fc.integer({ min: 0, max: 500 }), ({ calendar, start, minutes, after }, more) => {
        const [from = 0, to = 0, end = 0] = after;
        const timeline = [at(start, { fact: 'received' }), at(start + from, { fact: 'clientAsked' }), at(start + to, { fact: 'inbound' })];
        const of = (count: number) =>
          answers({
            calendar,
            timeline,
            asOf: [start + end],
            promises: [{ target: { kind: 'businessMinutes', minutes: count }, pausable: true }],
          })[0]!;
        expect(deadlineMs(of(minutes + more))).toBeGreaterThanOrEqual(deadlineMs(of(minutes)));
      }),
      options,
    );
  });

  it('a pause outside windows changes nothing', () => {
    fc.assert(
      fc.property(
        somewhere,
        fc.integer({ min: 0, max: 20 }),
        fc.tuple(fc.nat(1000), fc.nat(1000)),
        ({ calendar, start, minutes, after }, nth, cut) => {
          const open = PreparedCalendar.of(calendar).windowsBetween(start, start + 40 * DAY_MS);
          fc.pre(open.length > 1);
          const i = nth % (open.length - 1);
          const [close, reopen] = [open[i]!.toMs, open[i + 1]!.fromMs];
          const [from, to] = cut.toSorted((a, b) => a - b).map((permille) => close + Math.floor(((reopen - close) * permille) / 1000));
          const promises = [{ target: { kind: 'businessMinutes' as const, minutes }, pausable: true, warnings: [50] }];
          const asOf = [to!, to! + after[0]!, to! + after[2]!];
          const received = [at(start, { fact: 'received' })];
          const paused = [...received, at(from!, { fact: 'clientAsked' }), at(to!, { fact: 'clientReplied' })];
          expect(answers({ calendar, timeline: paused, asOf, promises })).toEqual(
            answers({ calendar, timeline: received, asOf, promises }),
          );
        },
      ),
      options,
    );
  });

  it('a pause that begins at the very deadline, a close, changes nothing either', () => {
    const day: [string, string][] = [['09:00', '11:30']];
    const calendar = { zone: 'Asia/Shanghai', week: { mon: day, tue: day } };
    const [start, deadline] = [Date.parse('2025-03-10T10:30:00+08:00'), Date.parse('2025-03-10T11:30:00+08:00')];
    const timeline = [
      at(start, { fact: 'received' }),
      at(deadline, { fact: 'clientAsked' }),
      at(deadline + MINUTE_MS, { fact: 'inbound' }),
    ];
    const promises = [{ target: { kind: 'businessMinutes' as const, minutes: 60 }, pausable: true }];
    const [asked, replied] = answers({ calendar, timeline, asOf: [deadline, deadline + MINUTE_MS], promises });
    expect(asked).toMatchObject({ state: 'paused', remainingMinutes: 0, deadlineAt: null });
    expect(replied).toMatchObject({ state: 'breached', deadlineAt: '2025-03-10T11:30:00+08:00' });
  });

  it('a stop at the deadline is met, one second later it is not', () => {
    fc.assert(
      fc.property(somewhere, targets, ({ calendar, start }, target) => {
        const received = at(start, { fact: 'received' });
        const deadline = deadlineMs(answers({ calendar, timeline: [received], asOf: [start], promises: [{ target }] })[0]!);
        const stopped = (ms: number) =>
          answers({ calendar, timeline: [received, at(ms, { fact: 'completed' })], asOf: [ms], promises: [{ target }] })[0]!;
        fc.pre(deadline >= start); // a close that a clock change moved to before its open
        expect(stopped(deadline)).toMatchObject({ state: 'met', stoppedAt: stopped(deadline).deadlineAt });
        expect(stopped(deadline + 1000).state).toBe('completedLate');
        const [open, late] = answers({ calendar, timeline: [received], asOf: [deadline, deadline + 1], promises: [{ target }] });
        expect([open!.state, late!.state]).toEqual(['running', 'breached']);
      }),
      options,
    );
  });

  it('a demotion changes nothing', () => {
    fc.assert(
      fc.property(somewhere, fc.integer({ min: 0, max: 500 }), ({ calendar, start, minutes, after }, more) => {
        const [from = 0, to = 0, end = 0] = after;
        const promises = [
          { target: { kind: 'businessMinutes' as const, minutes: minutes + more }, minRemainingMinutes: 60 },
          { appliesTo: { tier: ['GOLD'] }, target: { kind: 'businessMinutes' as const, minutes }, minRemainingMinutes: 60 },
        ].map((promise) => ({ ...promise, tierMode: 'favourable_only' as const, pausable: true, warnings: [50, 80] }));
        const received = [at(start, { fact: 'received' }), at(start + from, { fact: 'clientAsked' })];
        const demoted = [...received, at(start + to, { fact: 'tierChanged', to: 'BASIC' })];
        const course = { calendar, asOf: [start + to, start + end], promises };
        expect(answers({ ...course, timeline: demoted })).toEqual(answers({ ...course, timeline: received }));
      }),
      options,
    );
  });

  it('a calendar revision never brings a deadline to before its recording, and touches nothing that is over', () => {
    fc.assert(
      fc.property(somewhere, targets, fc.integer({ min: 0, max: 6 }), ({ calendar, start, after }, target, days) => {
        const revisedMs = start + after[0]!;
        const dates = Array.from({ length: days }, (_, i) => new Date(start + i * DAY_MS).toISOString().slice(0, 10));
        const added = Object.fromEntries(dates.map((date): [string, [string, string][]] => [date, [['00:00', '24:00']]]));
        const received = at(start, { fact: 'received' });
        const revised = at(revisedMs, { fact: 'calendarRevised', calendar: 'DESK', special: added });
        const promises = [{ target, warnings: [50] }];
        const [unrevised, told] = [[received], [received, revised]].map(
          (timeline) => answers({ calendar, timeline, asOf: [revisedMs], promises })[0]!,
        );
        const [was, is] = [deadlineMs(unrevised!), deadlineMs(told!)];
        if (was < revisedMs)
          expect(told).toEqual(unrevised); // breached already
        else expect(is).toBeGreaterThanOrEqual(Math.min(was, revisedMs));
        const stopped = [received, at(revisedMs, { fact: 'completed' })];
        const course = { calendar, asOf: [revisedMs + after[2]!], promises };
        expect(answers({ ...course, timeline: [...stopped, revised] })).toEqual(answers({ ...course, timeline: stopped }));
      }),
      options,
    );
  });

  it('later knowledge never changes what has ended, nor takes back a warning, an escalation or a breach', () => {
    fc.assert(
      fc.property(documents, (document) => {
        // what is written down later may be the evidence that corrects a breach: its laws are in evidence.spec.ts
        fc.pre(document.timeline.every(({ at, recordedAt }) => recordedAt === undefined && at.includes('T')));
        const instants = [...new Set([...document.timeline.map((fact) => fact.at), ...document.asOf])].toSorted();
        const { answers: told } = withoutWhy(answerWhatIf({ ...document, asOf: instants }));
        const cycles = told.map(({ promises }) => promises.flatMap(({ earlier = [], ...latest }) => [...earlier, latest]));
        for (const [i, earlier] of cycles.slice(0, -1).entries()) {
          for (const was of earlier) {
            const is = cycles[i + 1]!.find((later) => later.cycle === was.cycle && kindKey(later) === kindKey(was))!;
            if (['met', 'completedLate', 'cancelled'].includes(was.state)) expect(is).toEqual(was);
            if (was.state === 'breached')
              expect(is).toMatchObject({ state: expect.stringMatching(/^(breached|completedLate)$/), deadlineAt: was.deadlineAt });
            const reached = <T extends { reached: boolean }>(all: readonly T[]): T[] => all.filter((one) => one.reached);
            expect(reached(is.warnings)).toEqual(expect.arrayContaining(reached(was.warnings)));
            expect(reached(is.escalations)).toEqual(expect.arrayContaining(reached(was.escalations)));
          }
        }
      }),
      options,
    );
  });
});
