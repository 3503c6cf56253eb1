import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Calendar, Fact, ServicePromise, WhatIfDocument, Window } from '../format/format.js';
import { NaiveCalendar } from '../../../../test/support/naive-clock.js';
import { naiveWhatIf } from '../../../../test/support/naive-what-if.js';

const day: Window[] = [
  ['09:00', '11:30'],
  ['13:00', '17:00'],
];
const desk: Calendar = { zone: 'Asia/Shanghai', week: { mon: day, tue: day, wed: day, thu: day, fri: day } };
const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();

describe('the slow oracle of service clocks, before it judges the engine', () => {
  const folder = path.join(import.meta.dirname, '../what-if/samples');
  it.each(readdirSync(folder))('answers the sample %s as it expects', (file) => {
    const document = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as WhatIfDocument & { expect: object[] };
    const answer = naiveWhatIf(document);
    expect(answer.answers.map(({ promises }) => promises[0])).toEqual(document.expect.map((entry) => expect.objectContaining(entry)));
  });

  it.each([
    ['2025-03-11T10:00+08:00', 240, '2025-03-11T15:30+08:00'],
    ['2025-03-12T11:00+08:00', 420, '2025-03-13T11:30+08:00'],
    ['2025-03-15T09:00+08:00', 90, '2025-03-17T10:30+08:00'],
  ])('%s and %i business minutes: due %s', (start, minutes, deadline) => {
    expect(iso(new NaiveCalendar(desk).reach(at(start), minutes * 60_000))).toBe(iso(at(deadline)));
  });

  it.each<[string, string, Window[], string, string, number]>([
    ['an hour that is skipped', 'Europe/London', [['00:00', '24:00']], '2025-03-30T00:00Z', '2025-03-30T23:00Z', 23 * 60],
    ['an hour that comes twice', 'America/New_York', [['00:00', '24:00']], '2025-11-02T04:00Z', '2025-11-03T05:00Z', 25 * 60],
    ['half an hour that comes twice', 'Australia/Lord_Howe', [['00:00', '24:00']], '2025-04-05T13:00Z', '2025-04-06T13:30Z', 1470],
    ['an open that is skipped opens an hour on', 'Europe/London', [['01:30', '03:00']], '2025-03-30T00:00Z', '2025-03-30T23:00Z', 30],
    ['a close that comes twice closes at its first', 'Europe/London', [['00:30', '01:30']], '2025-10-25T23:00Z', '2025-10-27T00:00Z', 60],
    ['a midnight that is skipped', 'America/Santiago', [['22:00', '24:00']], '2025-09-07T02:00Z', '2025-09-07T06:00Z', 120],
    [
      'windows of a skipped day come a day later, once',
      'Pacific/Apia',
      [['09:00', '17:00']],
      '2011-12-30T00:00-10:00',
      '2012-01-01T00:00+14:00',
      480,
    ],
    ['a window that ends on the next day', 'Asia/Shanghai', [['22:00', '02:00']], '2025-03-10T00:00+08:00', '2025-03-10T03:00+08:00', 120],
  ])('%s (%s)', (_what, zone, windows, from, to, minutes) => {
    const week = { mon: windows, tue: windows, wed: windows, thu: windows, fri: windows, sat: windows, sun: windows };
    expect(new NaiveCalendar({ zone, week }).accrued(at(from), at(to)) / 60_000).toBe(minutes);
  });

  it.each<[ServicePromise['target'], string, string, string]>([
    [{ kind: 'businessDays', days: 1 }, '2025-03-14T18:00:00+08:00', '2025-03-17', '2025-03-17T17:00:00+08:00'],
    [
      { kind: 'businessDays', days: 2, receiptRule: 'next_business_day_if_after_close' },
      '2025-03-14T17:00:00+08:00',
      '2025-03-19',
      '2025-03-19T17:00:00+08:00',
    ],
    [{ kind: 'businessDays', days: 2, dayEnd: 'midnight' }, '2025-03-15T12:00:00+08:00', '2025-03-18', '2025-03-19T00:00:00+08:00'],
    [{ kind: 'calendarDays', days: 15 }, '2025-03-14T18:00:00+08:00', '2025-03-29', '2025-03-30T00:00:00+08:00'],
    [
      { kind: 'calendarDays', days: 15, roll: 'following_business_day' },
      '2025-03-14T18:00:00+08:00',
      '2025-03-31',
      '2025-04-01T00:00:00+08:00',
    ],
  ])('%j from %s: due on %s, until %s', (target, start, dueDate, deadlineAt) => {
    expect(answer(target, [{ at: start, fact: 'received' }], start)).toMatchObject({ dueDate, deadlineAt, accruedMinutes: null });
  });

  it('ends a pause by itself, and calls a stop while paused met', () => {
    const asked: Fact[] = [
      { at: '2025-03-10T09:00:00+08:00', fact: 'received' },
      { at: '2025-03-10T09:30:00+08:00', fact: 'clientAsked' },
    ];
    expect(answer({ kind: 'businessMinutes', minutes: 60 }, asked, '2025-03-10T11:00:00+08:00')).toMatchObject({
      state: 'running',
      pausedMinutes: 60,
      deadlineAt: '2025-03-10T11:00:00+08:00',
    });
    const stopped = answer(
      { kind: 'businessMinutes', minutes: 60 },
      [...asked, { at: '2025-03-10T10:00:00+08:00', fact: 'completed' }],
      '2025-03-11T10:00:00+08:00',
    );
    expect(stopped).toMatchObject({ state: 'met', accruedMinutes: 30, deadlineAt: '2025-03-10T10:30:00+08:00', pausedMinutes: 30 });
  });
});

function answer(target: ServicePromise['target'], timeline: Fact[], asOf: string) {
  const promise: ServicePromise = { id: 'it', metric: 'resolution', calendar: 'DESK', target, pausable: true, maxPauseMinutes: 60 };
  const handbook = [{ edition: 1, effectiveFrom: '2025-01-01T00:00:00+08:00', effectiveTo: null, promises: [promise] }];
  const document = {
    calendars: { DESK: desk },
    handbook,
    subject: { type: 'request' as const, process: 'trading' },
    timeline,
    asOf: [asOf],
  };
  return naiveWhatIf(document).answers[0]?.promises[0];
}
