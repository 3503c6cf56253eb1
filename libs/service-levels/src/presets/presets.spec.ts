import { describe, expect, test } from '@jest/globals';
import type { Calendar } from '../format/format.js';
import { checkCalendar } from '../format/format-checks-calendar.js';
import { checkEdition } from '../format/format-checks-edition.js';
import { coverageFaults, handbookFaults } from '../handbook/handbook-faults.js';
import { calendarPresets } from './calendars.js';
import { regulatoryPresets } from './regulatory.js';
import { sampleHandbook } from './sample-handbook.js';

const calendars = Object.fromEntries(calendarPresets.map(({ name, calendar }) => [name, calendar]));

/** Days of these years on which a calendar differs from its week: weekdays off, weekends worked, early closes. */
function exceptionsOf({ week, closed = [], special = {} }: Calendar) {
  const days = Array.from({ length: 730 }, (_, n) => new Date(Date.UTC(2025, 0, 1 + n)));
  const exceptions = { off: [] as string[], worked: [] as string[], shortened: [] as string[] };
  for (const day of days) {
    const date = day.toISOString().slice(0, 10);
    const isWeekend = day.getUTCDay() === 0 || day.getUTCDay() === 6;
    const isClosed = closed.some((entry) => entry.slice(0, 10) <= date && date <= entry.slice(-10));
    if (special[date]) exceptions[isWeekend ? 'worked' : 'shortened'].push(date);
    else if (isClosed && !isWeekend) exceptions.off.push(date);
  }
  expect([week.sat, week.sun]).toEqual([undefined, undefined]);
  return exceptions;
}

describe('shipped calendars', () => {
  test.each(calendarPresets.map((preset) => [preset.name, preset] as const))('%s is well formed', (_, { calendar }) => {
    expect(checkCalendar(calendar)).toEqual({ calendar });
  });

  // written out day by day from other sources than the ranges above: what a person would check with the wall calendar
  const mainlandOff = [
    ...['01-01', '01-28', '01-29', '01-30', '01-31', '02-03', '02-04', '04-04', '05-01', '05-02', '05-05', '06-02'].map((d) => `2025-${d}`),
    ...['10-01', '10-02', '10-03', '10-06', '10-07', '10-08'].map((d) => `2025-${d}`),
    ...['01-01', '01-02', '02-16', '02-17', '02-18', '02-19', '02-20', '02-23', '04-06', '05-01', '05-04', '05-05'].map((d) => `2026-${d}`),
    ...['06-19', '09-25', '10-01', '10-02', '10-05', '10-06', '10-07'].map((d) => `2026-${d}`),
  ];
  const worked = [
    '2025-01-26',
    '2025-02-08',
    '2025-04-27',
    '2025-09-28',
    '2025-10-11',

    '2026-01-04',
    '2026-02-14',
    '2026-02-28',
    '2026-05-09',
    '2026-09-20',
    '2026-10-10',
  ];

  test('the desk works on make-up weekends, the exchanges do not', () => {
    expect(exceptionsOf(calendars['CN_DESK']!)).toEqual({ off: mainlandOff, worked, shortened: [] });
    expect(exceptionsOf(calendars['CN_EXCHANGE']!)).toEqual({ off: mainlandOff, worked: [], shortened: [] });
  });

  test('London and New York keep their own days', () => {
    expect(exceptionsOf(calendars['UK']!).off).toHaveLength(16);
    expect(exceptionsOf(calendars['US']!)).toMatchObject({
      off: { length: 21 },
      shortened: ['2025-07-03', '2025-11-28', '2025-12-24', '2026-11-27', '2026-12-24'],
    });
  });
});

describe('the sample handbook', () => {
  test('could be published as it is', () => {
    expect(checkEdition(sampleHandbook)).toEqual({ edition: sampleHandbook });
    expect([...handbookFaults(sampleHandbook, calendars), ...coverageFaults(sampleHandbook)]).toEqual([]);
  });

  test('names in both languages whatever a client reads a code of', () => {
    const codes = sampleHandbook.promises.flatMap(({ appliesTo = {}, step = [], calendar }) => [
      ...[step, calendar, appliesTo.process ?? [], appliesTo.tier ?? [], appliesTo.severity ?? []].flat(),
    ]);
    expect([...new Set(codes)].filter((code) => !sampleHandbook.names?.[code])).toEqual([]);
  });
});

test.each(regulatoryPresets.map((preset) => [preset.presetId, preset] as const))(
  'the preset %s is well formed and unconfirmed',
  (_, preset) => {
    const beside = { ...sampleHandbook, promises: preset.promises };
    expect(checkEdition(beside)).toEqual({ edition: beside });
    expect(handbookFaults(beside, calendars)).toEqual([]);
    expect(preset.status).toBe('unconfirmed');
  },
);

test.each(['cn-complaints', 'uk-complaints'])('%s can be switched on beside the sample handbook', (presetId) => {
  const preset = regulatoryPresets.find((one) => one.presetId === presetId)!;
  const promises = [...sampleHandbook.promises, ...preset.promises];
  expect(handbookFaults({ promises }, calendars)).toEqual([]);
});
