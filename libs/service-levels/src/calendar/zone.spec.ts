import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { calendar } from './calendar.js';
import { PreparedCalendar } from './prepared-calendar.js';
import { isZone, Zone } from './zone.js';
import { checkCalendar, checkCalendarChanges } from '../format/format-checks-calendar.js';

const ZONES = Intl.supportedValuesOf('timeZone');
const ABBREVIATIONS = ['CST', 'PST', 'IST', 'JST', 'BST', 'AET', 'CTT', 'VST', 'ACT', 'ECT', 'EST', 'GMT', 'EST5EDT', 'Japan', 'PRC', 'Z'];
const week = { mon: [['09:00', '17:00']] };

describe('a zone', () => {
  it.each([
    ...ABBREVIATIONS,
    '+08:00',
    'Asia/Nowhere',
    'asia/shanghai',
    'Asia/',
    '/Shanghai',
    'UTC+8',
    '',
    ' ',
    'Asia/Shang hai',
    'A'.repeat(99),
  ])('%j is none, and a calendar in it is refused at its place', (zone) => {
    expect(isZone(zone)).toBe(false);
    expect(checkCalendar({ zone, week }, '/c')).toEqual({ faults: [{ pointer: '/c/zone', code: 'unknown-zone' }] });
    expect(checkCalendarChanges({ zone }, '/c')).toEqual({ faults: [{ pointer: '/c/zone', code: 'unknown-zone' }] });
  });

  it('is taken exactly where the engine reckons with it', () => {
    const names = [
      ...ZONES,
      ...ABBREVIATIONS,
      'UTC',
      'Etc/UTC',
      'Etc/GMT+8',
      'US/Pacific',
      'Asia/Calcutta',
      'America/Argentina/Buenos_Aires',
    ];
    for (const zone of names) {
      const taken = 'calendar' in checkCalendar({ zone, week });
      const reckons = (): number =>
        new PreparedCalendar([{ from: '2000-01-01', calendar: { zone, week: { mon: [['09:00', '17:00']] } } }]).reach(0, 1);
      if (taken) expect([zone, Number.isFinite(reckons())]).toEqual([zone, true]);
    }
    expect(ZONES.filter((zone) => !isZone(zone))).toEqual([]);
  });

  test('an instant that is printed reads back as itself, also where a zone was off by seconds', () => {
    const instant = fc.integer({ min: Date.parse('1850-01-01'), max: Date.parse('2100-01-01') });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (zone, ms) => {
        const printed = Zone.of(zone).print(ms);
        expect([printed, Date.parse(printed)]).toEqual([printed, ms]);
      }),
      { numRuns: 500, examples: [['Africa/Monrovia', Date.parse('1971-06-01T12:00:00Z')]] },
    );
  });

  it('can be put right by a revision', () => {
    const [published] = calendar.decide(
      {
        type: 'PublishCalendar',
        name: 'C',
        calendar: { zone: 'CST', week: { mon: [['09:00', '17:00']] } },
        effectiveFrom: '2026-01-01',
        sourceNotice: 'n',
      },
      calendar.initial,
    );
    const state = calendar.evolve(calendar.initial, published!);
    const revise = { type: 'ReviseCalendar', changes: { zone: 'Asia/Shanghai' }, effectiveFrom: '2026-01-01', sourceNotice: 'n' } as const;
    expect(calendar.decide(revise, state)).toMatchObject([
      { type: 'CalendarRevised', data: { calendar: { zone: 'Asia/Shanghai' }, calendarVersion: 2 } },
    ]);
  });
});
