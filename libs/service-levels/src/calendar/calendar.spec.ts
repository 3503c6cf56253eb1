import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { given } from '#event-sourcing';
import { calendar, type CalendarEvent, calendarStream } from './calendar.js';
import type { CalendarChanges } from './calendar-changes.js';
import { closedDays, closedWithout } from './closed-days.js';
import type { Calendar } from '../format/format.js';

const desk: Calendar = {
  zone: 'Asia/Shanghai',
  week: { mon: [['09:00', '17:00']] },
  closed: ['2025-01-28..2025-02-04'],
  knownUntil: '2025-12-31',
};
const stated = { effectiveFrom: '2025-01-01', sourceNotice: 'notice 1' };
const published: CalendarEvent = { type: 'CalendarPublished', data: { name: 'DESK', calendarVersion: 1, calendar: desk, ...stated } };
const revise = (changes: CalendarChanges) => given(calendar, published).when({ type: 'ReviseCalendar', changes, ...stated });

test('a calendar is published once under its name', () => {
  const publish = { type: 'PublishCalendar', name: 'DESK', calendar: { ...desk, special: {} }, ...stated } as const;
  expect(given(calendar).when(publish)).toEqual([published]);
  expect(given(calendar, published).when(publish)).toEqual([]);
  expect(given(calendar, published).when({ ...publish, calendar: { ...desk, zone: 'UTC' } })).toEqual({
    refused: 'calendar-already-published',
  });
  expect(calendarStream('DESK').id).not.toBe(calendarStream('DESK2').id);
  expect(calendarStream('DESK')).toEqual(calendarStream('DESK'));
});

describe('a revision', () => {
  test('gives the whole result, its next version and what it added', () => {
    const special = { '2025-01-26': [['09:00', '17:00']] } as const;
    expect(revise({ closed: ['2025-02-05', '2025-02-03'], special, knownUntil: '2026-12-31' })).toEqual([
      {
        type: 'CalendarRevised',
        data: {
          name: 'DESK',
          calendarVersion: 2,
          ...stated,
          calendar: { ...desk, closed: ['2025-01-28..2025-02-05'], special, knownUntil: '2026-12-31' },
          added: { closed: ['2025-02-05'], special },
        },
      },
    ]);
  });

  test('takes closed dates back', () => {
    expect(revise({ reopened: ['2025-01-30..2025-01-31'] })).toMatchObject([
      { data: { calendar: { closed: ['2025-01-28..2025-01-29', '2025-02-01..2025-02-04'] }, added: {} } },
    ]);
  });

  test('that changes nothing is none', () => {
    expect(revise({ closed: ['2025-02-01'], week: desk.week, reopened: ['2025-03-01'] })).toEqual([]);
  });

  test('is refused where windows would overlap, or before there is a calendar', () => {
    expect(revise({ special: { '2025-03-09': [['20:00', '10:00']] } })).toEqual({ refused: 'calendar-not-sound' });
    expect(given(calendar).when({ type: 'ReviseCalendar', changes: {}, ...stated })).toEqual({ refused: 'calendar-not-published' });
  });
});

test('closed days keep every day and no other', () => {
  const day = fc.integer({ min: 0, max: 40 });
  const date = (n: number) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10);
  const entry = fc
    .tuple(day, fc.integer({ min: 0, max: 5 }))
    .map(([from, more]) => (more ? `${date(from)}..${date(from + more)}` : date(from)));
  const daysOf = (entries: readonly string[]) =>
    Array.from({ length: 50 }, (_, n) => date(n)).filter((one) => entries.some((e) => e.slice(0, 10) <= one && one <= e.slice(-10)));
  fc.assert(
    fc.property(fc.array(entry), fc.array(entry), (closed, taken) => {
      expect(daysOf(closedDays(closed))).toEqual(daysOf(closed));
      expect(daysOf(closedWithout(closed, taken))).toEqual(daysOf(closed).filter((one) => !daysOf(taken).includes(one)));
    }),
  );
});
