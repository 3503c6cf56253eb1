import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { naiveWhatIf, withoutWhy, type WithoutWhy } from '../../../../test/support/naive-what-if.js';
import type { Calendar, Fact, ServicePromise, WhatIfDocument, Window } from '../format/format.js';
import { checkWhatIf } from '../format/format-checks.js';
import { answerWhatIf } from '../what-if/what-if.js';

const day: Window[] = [['09:00', '11:30'], ['13:00', '17:00']]; // prettier-ignore
const desk: Calendar = { zone: 'Asia/Shanghai', week: { mon: day, tue: day, wed: day, thu: day, fri: day } };
const at = (text: string) => `${text}:00+08:00`;

/** The last answer of one promise; the slow oracle must say the same. */
function answer(
  promise: Partial<ServicePromise> & Pick<ServicePromise, 'target'>,
  timeline: Fact[],
  asOf: string,
  more: ServicePromise[] = [],
): WithoutWhy {
  const document: WhatIfDocument = {
    calendars: { DESK: desk },
    handbook: [
      {
        edition: 1,
        effectiveFrom: at('2025-01-01T00:00'),
        effectiveTo: null,
        promises: [{ id: 'it', metric: 'resolution', calendar: 'DESK', pausable: true, ...promise }, ...more],
      },
    ],
    subject: { type: 'request', process: 'trading', tier: 'GOLD' },
    timeline,
    asOf: [asOf],
  };
  const told = withoutWhy(answerWhatIf(document));
  expect(told).toEqual(naiveWhatIf(document));
  return told.answers[0]!.promises[0]!;
}
const received = (text: string): Fact => ({ at: at(text), fact: 'received' });
const minutes = (count: number) => ({ kind: 'businessMinutes' as const, minutes: count });

describe('the published examples', () => {
  const folder = path.join(import.meta.dirname, '../what-if/samples');
  it.each(readdirSync(folder))('the sample %s is answered as it expects', (file) => {
    const document = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as WhatIfDocument & { expect: object[] };
    const { answers } = answerWhatIf(document);
    expect(answers.map(({ promises }) => promises[0])).toEqual(document.expect.map((entry) => expect.objectContaining(entry)));
  });

  it.each([
    ['2025-03-11T10:00', 240, '2025-03-11T15:30', []],
    ['2025-03-12T11:00', 420, '2025-03-13T11:30', []],
    ['2025-03-15T09:00', 90, '2025-03-17T10:30', []],
    ['2025-03-13T16:30', 120, '2025-03-14T15:00', ['2025-03-14T09:30', '2025-03-14T14:00']],
  ])('%s and %i business minutes: due %s', (start, count, deadline, [from, to]) => {
    const paused: Fact[] = from && to ? [{ at: at(from), fact: 'clientAsked' }, { at: at(to), fact: 'clientReplied' }] : []; // prettier-ignore
    expect(answer({ target: minutes(count) }, [received(start), ...paused], at('2025-03-31T00:00')).deadlineAt).toBe(at(deadline));
  });
});

describe('at the very instant', () => {
  it.each([
    ['2025-03-14T16:59', '2025-03-17'],
    ['2025-03-14T17:00', '2025-03-18'],
    ['2025-03-15T12:00', '2025-03-18'],
  ])('a receipt at %s counts from that day, or from the next once the last window has closed: due on %s', (start, dueDate) => {
    const target = { kind: 'businessDays', days: 1, receiptRule: 'next_business_day_if_after_close' } as const;
    expect(answer({ target }, [received(start)], at(start))).toMatchObject({ dueDate, deadlineAt: at(`${dueDate}T17:00`) });
  });

  it('an extension recorded on the due date counts, one recorded at the midnight that ends it does not', () => {
    const extended = (when: string) => {
      const fact: Fact = { at: at(when), fact: 'extended', promise: 'it', days: 30 };
      return answer({ target: { kind: 'calendarDays', days: 15 } }, [received('2025-03-14T10:00'), fact], at(when)).dueDate;
    };
    expect([extended('2025-03-29T23:59'), extended('2025-03-30T00:00')]).toEqual(['2025-04-28', '2025-03-29']);
  });

  it('an extension comes before the roll, and only calendar days are extended', () => {
    const fact: Fact = { at: at('2025-03-14T11:00'), fact: 'extended', promise: 'it', days: 1 };
    const due = (target: ServicePromise['target']) =>
      answer({ target }, [received('2025-03-14T10:00'), fact], at('2025-03-14T12:00')).dueDate;
    expect(due({ kind: 'calendarDays', days: 14, roll: 'following_business_day' })).toBe('2025-03-31');
    expect(due({ kind: 'businessDays', days: 1 })).toBe('2025-03-17');
  });
});

describe('a change in flight', () => {
  const platinum: ServicePromise = {
    id: 'platinum',
    metric: 'resolution',
    calendar: 'DESK',
    appliesTo: { tier: ['PLATINUM'] },
    target: minutes(60),
  };
  const promoted = (when: string): Fact => ({ at: at(when), fact: 'tierChanged', to: 'PLATINUM' });
  const terms = { target: minutes(240), tierMode: 'favourable_only' as const, minRemainingMinutes: 30, warnings: [50] };

  it.each([
    ['2025-03-10T09:30', '2025-03-10T10:00'],
    ['2025-03-10T10:00', '2025-03-10T10:00'],
    ['2025-03-10T10:01', '2025-03-10T10:31'],
    ['2025-03-10T14:00', '2025-03-10T14:30'],
    ['2025-03-10T14:20', '2025-03-10T14:30'],
  ])('a promotion at %s, of 240 minutes to 60 with at least 30 left: due %s', (when, deadline) => {
    const told = answer(terms, [received('2025-03-10T09:00'), promoted(when)], at(when), [platinum]);
    expect(told).toMatchObject({ promise: 'it', deadlineAt: at(deadline) });
  });

  it('moves nothing where the tier mode is frozen, and the next update cycle keeps what it brought', () => {
    const course = [received('2025-03-10T09:00'), promoted('2025-03-10T09:30')];
    expect(answer({ ...terms, tierMode: 'frozen' }, course, at('2025-03-10T09:30'), [platinum]).deadlineAt).toBe(at('2025-03-10T14:30'));
    const updates = { ...terms, metric: 'update' as const, recurring: true };
    const next = answer(updates, [...course, { at: at('2025-03-10T09:40'), fact: 'outbound', by: 'human' }], at('2025-03-10T10:00'), [
      { ...platinum, metric: 'update' },
    ]);
    expect(next).toMatchObject({ cycle: 2, deadlineAt: at('2025-03-10T10:40'), earlier: [{ state: 'met', cycle: 1 }] });
  });

  it('at a midnight leaves a day target due on the date that it ends', () => {
    const days = (count: number) => ({ kind: 'businessDays' as const, days: count });
    const course = [received('2025-03-10T10:00'), promoted('2025-03-12T00:00')];
    const told = answer({ target: days(5), tierMode: 'favourable_only' }, course, at('2025-03-12T00:00'), [
      { ...platinum, target: days(1) },
    ]);
    expect(told).toMatchObject({ dueDate: '2025-03-11', deadlineAt: at('2025-03-12T00:00') });
  });

  // 5 days have passed at the promotion, so 120 business minutes are left: 90 until the lunch break, 30 after it
  it.each<[string, Fact, string]>([
    [
      'a calendar revised for another year',
      { at: at('2025-03-20T11:00'), fact: 'calendarRevised', calendar: 'DESK', closed: ['2026-01-01'] },
      '2025-03-20T13:30',
    ],
    [
      'a calendar that closes the afternoon’s date',
      { at: at('2025-03-20T11:00'), fact: 'calendarRevised', calendar: 'DESK', special: { '2025-03-20': [['09:00', '11:30']] } },
      '2025-03-21T09:30',
    ],
    [
      'an extension that does not reach so far',
      { at: at('2025-03-20T11:00'), fact: 'extended', promise: 'it', days: 2 },
      '2025-03-20T13:30',
    ],
    ['an extension that does', { at: at('2025-03-20T11:00'), fact: 'extended', promise: 'it', days: 5 }, '2025-03-22T00:00'],
  ])('what it left of a day target at least is kept by %s', (_what, fact, deadline) => {
    const days = (count: number) => ({ kind: 'calendarDays' as const, days: count });
    const course = [received('2025-03-11T10:00'), promoted('2025-03-20T10:00'), fact];
    const terms = { target: days(30), tierMode: 'favourable_only' as const, minRemainingMinutes: 120 };
    const told = answer(terms, course, at('2025-03-20T11:00'), [{ ...platinum, target: days(5) }]);
    expect(told).toMatchObject({ state: 'running', deadlineAt: at(deadline) });
  });

  it('warns at once of a threshold that it brings into the past, also while waiting for the client', () => {
    const asked: Fact = { at: at('2025-03-10T10:00'), fact: 'clientAsked' };
    const told = answer(terms, [received('2025-03-10T09:00'), asked, promoted('2025-03-10T14:00')], at('2025-03-10T15:00'), [platinum]);
    expect(told).toMatchObject({ state: 'paused', remainingMinutes: 0, warnings: [{ percent: 50, at: at('2025-03-10T14:00') }] });
  });
});

describe('an edition', () => {
  const edition = (number: number, from: string, to: string | null, count: number) => ({
    edition: number,
    effectiveFrom: at(from),
    effectiveTo: to === null ? null : at(to),
    promises: [{ id: 'it', metric: 'resolution' as const, calendar: 'DESK', target: minutes(count) }],
  });

  it.each([
    ['2025-02-28T23:59', 1],
    ['2025-03-01T00:00', 2],
    ['2025-03-31T23:59', 2],
    ['2025-04-01T00:00', 1],
  ])('that holds the start is pinned, of several the latest: %s is of edition %i', (start, number) => {
    const document: WhatIfDocument = {
      calendars: { DESK: desk },
      handbook: [edition(1, '2025-01-01T00:00', null, 60), edition(2, '2025-03-01T00:00', '2025-04-01T00:00', 120)],
      subject: { type: 'request', process: 'trading' },
      timeline: [received(start)],
      asOf: [at('2025-05-01T00:00')],
    };
    expect(checkWhatIf(document)).toEqual({ document });
    expect(answerWhatIf(document).answers[0]!.promises).toMatchObject([{ edition: number, startedAt: at(start) }]);
    expect(withoutWhy(answerWhatIf(document))).toEqual(naiveWhatIf(document));
  });
});

describe('a reopening', () => {
  const closed: Fact[] = [
    received('2025-03-10T09:00'),
    { at: at('2025-03-10T11:00'), fact: 'completed' },
    { at: at('2025-03-11T09:00'), fact: 'reopened' },
  ];

  it.each([
    ['what is left of the target', {}, '2025-03-11T11:00'],
    ['at least the floor', { reopenFloorMinutes: 150 }, '2025-03-11T11:30'],
    ['the full target', { reopenMode: 'new_cycle' as const }, '2025-03-11T14:30'],
  ])('starts a cycle with %s', (_what, terms, deadline) => {
    const told = answer({ target: minutes(240), ...terms }, closed, at('2025-03-11T09:00'));
    expect(told).toMatchObject({ cycle: 2, state: 'running', startedAt: at('2025-03-11T09:00'), deadlineAt: at(deadline) });
    expect(told.earlier).toMatchObject([{ cycle: 1, state: 'met', stoppedAt: at('2025-03-10T11:00') }]);
  });

  it('moves no regulatory promise', () => {
    const told = answer({ target: minutes(240), class: 'regulatory', pausable: false }, closed, at('2025-03-11T09:00'));
    expect(told).toMatchObject({ cycle: 1, state: 'met' });
  });
});
