import { describe, expect, it } from '@jest/globals';
import { ageInBusinessDays, bucketOf } from './ageing.js';
import { reopenRate, repeatRate, upholdRate } from './case-rates.js';
import type { Calendar, Window } from '../format/format.js';
import { PreparedCalendar } from '../calendar/prepared-calendar.js';
import type { Period } from './ratio.js';

const day: Window[] = [['09:00', '17:00']];
const week = { mon: day, tue: day, wed: day, thu: day, fri: day };
const desk: Calendar = {
  zone: 'Asia/Shanghai',
  week,
  closed: ['2025-04-04..2025-04-06', '2025-05-01..2025-05-05'],
  special: { '2025-04-27': day },
  knownUntil: '2025-12-31',
};
const calendar = PreparedCalendar.of(desk);
const at = (text: string) => Date.parse(`${text}+08:00`);
const march: Period = { startMs: at('2025-03-01T00:00'), endMs: at('2025-04-01T00:00') };

describe('ageing in business days', () => {
  it.each([
    [0, '0-1'],
    [1, '0-1'],
    [2, '2-3'],
    [3, '2-3'],
    [4, '4-5'],
    [5, '4-5'],
    [6, '6-10'],
    [10, '6-10'],
    [11, '11-20'],
    [20, '11-20'],
    [21, '>20'],
    [400, '>20'],
  ])('%i days are in %s', (days, bucket) => expect(bucketOf(days)).toBe(bucket));

  it.each([
    ['a Friday evening on Saturday', '2025-03-14T18:00', '2025-03-15T12:00', 0],
    ['a Friday evening on Monday', '2025-03-14T18:00', '2025-03-17T00:00', 1],
    ['over a holiday', '2025-04-03T10:00', '2025-04-07T10:00', 1],
    ['a make-up Sunday counts', '2025-04-25T10:00', '2025-04-28T10:00', 2],
    ['of a year', '2025-01-01T10:00', '2025-12-31T10:00', 257],
    ['before its start', '2025-04-25T10:00', '2025-04-01T10:00', 0],
  ])('%s', (_what, start, now, days) => {
    expect(ageInBusinessDays(calendar, calendar.dayAt(at(start)), calendar.dayAt(at(now)))).toBe(days);
  });
});

describe('rates of cases', () => {
  it('reopened within 30 days of closing, of what was closed in the period', () => {
    const closing = (id: string, closed: string, reopened: string | null) => ({
      id,
      closedMs: at(closed),
      reopenedMs: reopened === null ? null : at(reopened),
    });
    const closings = [
      closing('in time', '2025-03-10T10:00', '2025-04-09T10:00'),
      closing('a minute later', '2025-03-10T10:00', '2025-04-09T10:01'),
      closing('never', '2025-03-10T10:00', null),
      closing('closed before', '2025-03-01T00:00', '2025-03-02T10:00'),
    ];
    expect(reopenRate(closings, march)).toEqual({
      numerator: ['in time'],
      denominator: ['in time', 'a minute later', 'never'],
      basisPoints: 3333,
    });
  });

  it('repeated by the same client with the same problem within 180 days of the one before', () => {
    const received = (id: string, client: string, problem: string | null, when: string) => ({ id, client, problem, receivedMs: at(when) });
    const cases = [
      received('again', 'a', 'fees', '2025-03-10T10:00'),
      received('first', 'a', 'fees', '2024-09-11T10:00'),
      received('another problem', 'a', 'delay', '2025-03-11T10:00'),
      received('another client', 'b', 'fees', '2025-03-11T10:00'),
      received('unclassified', 'a', null, '2025-03-12T10:00'),
      received('unclassified again', 'a', null, '2025-03-12T11:00'),
      received('long ago', 'c', 'fees', '2024-09-01T10:00'),
      received('long after', 'c', 'fees', '2025-03-10T10:00'),
    ];
    expect(repeatRate(cases, march).numerator).toEqual(['again']);
    expect(repeatRate(cases, march).denominator).toHaveLength(6);
  });

  it('upheld or partly upheld, of what was decided', () => {
    const outcomes = ['upheld', 'partlyUpheld', 'rejected', 'rejected'] as const;
    const decisions = outcomes.map((outcome, i) => ({ id: `${i}`, outcome, decidedMs: at('2025-03-10T10:00') + i }));
    expect(upholdRate(decisions, march)).toEqual({ numerator: ['0', '1'], denominator: ['0', '1', '2', '3'], basisPoints: 5000 });
  });
});
