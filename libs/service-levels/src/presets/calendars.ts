import type { LocalDate } from '#event-sourcing';
import type { Calendar, Window } from '../format/format.js';

/** A calendar as it ships, ready to be published: what the notice says, and which notice. */
export interface CalendarPreset {
  name: string;
  calendar: Calendar;
  effectiveFrom: LocalDate;
  sourceNotice: string;
}

const weekdays = (windows: readonly Window[]): Calendar['week'] => ({
  mon: windows,
  tue: windows,
  wed: windows,
  thu: windows,
  fri: windows,
});

/** Days off of the two notices of the State Council's General Office; weekends among them are days off anyway. */
const mainlandDaysOff = [
  '2025-01-01',
  '2025-01-28..2025-02-04',
  '2025-04-04..2025-04-06',
  '2025-05-01..2025-05-05',
  '2025-05-31..2025-06-02',
  '2025-10-01..2025-10-08',

  '2026-01-01..2026-01-03',
  '2026-02-15..2026-02-23',
  '2026-04-04..2026-04-06',
  '2026-05-01..2026-05-05',
  '2026-06-19..2026-06-21',
  '2026-09-25..2026-09-27',
  '2026-10-01..2026-10-07',
];

/** Weekend days worked in exchange. */
const mainlandMakeUpDays = [
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

const deskHours: readonly Window[] = [
  ['09:00', '11:30'],
  ['13:00', '17:00'],
];
const exchangeHours: readonly Window[] = [
  ['09:30', '11:30'],
  ['13:00', '15:00'],
];
const londonHours: readonly Window[] = [['09:00', '17:00']];
const newYorkHours: readonly Window[] = [['09:30', '16:00']];
const newYorkEarlyClose: readonly Window[] = [['09:30', '13:00']];

const onEach = (dates: readonly LocalDate[], windows: readonly Window[]): Calendar['special'] =>
  Object.fromEntries(dates.map((date) => [date, windows]));

/** Days off are known from 2025 to 2026; deadlines later than that are provisional until a revision tells them. */
export const calendarPresets: readonly CalendarPreset[] = [
  {
    name: 'CN_DESK',
    effectiveFrom: '2025-01-01',
    sourceNotice: '国务院办公厅关于2025年、2026年部分节假日安排的通知（国办发明电〔2024〕12号、国办发明电〔2025〕7号）；调休上班日照常服务',
    calendar: {
      zone: 'Asia/Shanghai',
      week: weekdays(deskHours),
      closed: mainlandDaysOff,
      special: onEach(mainlandMakeUpDays, deskHours),
      knownUntil: '2026-12-31',
    },
  },
  {
    name: 'CN_EXCHANGE',
    effectiveFrom: '2025-01-01',
    sourceNotice:
      '上海、深圳、北京证券交易所关于2025年、2026年部分节假日休市安排的通知（2024年12月23日、2025年12月22日）；调休上班的周末仍为休市',
    calendar: { zone: 'Asia/Shanghai', week: weekdays(exchangeHours), closed: mainlandDaysOff, knownUntil: '2026-12-31' },
  },
  {
    name: 'UK',
    effectiveFrom: '2025-01-01',
    sourceNotice: 'Bank holidays in England and Wales, 2025 and 2026, as published on gov.uk',
    calendar: {
      zone: 'Europe/London',
      week: weekdays(londonHours),
      closed: [
        '2025-01-01',
        '2025-04-18',
        '2025-04-21',
        '2025-05-05',
        '2025-05-26',
        '2025-08-25',
        '2025-12-25',
        '2025-12-26',

        '2026-01-01',
        '2026-04-03',
        '2026-04-06',
        '2026-05-04',
        '2026-05-25',
        '2026-08-31',
        '2026-12-25',
        '2026-12-28',
      ],
      knownUntil: '2026-12-31',
    },
  },
  {
    name: 'US',
    effectiveFrom: '2025-01-01',
    sourceNotice:
      'NYSE Group, holiday and early closings calendar 2025, 2026 and 2027 (8 November 2024), and the day of mourning of 9 January 2025',
    calendar: {
      zone: 'America/New_York',
      week: weekdays(newYorkHours),
      closed: [
        '2025-01-01',
        '2025-01-09',
        '2025-01-20',
        '2025-02-17',
        '2025-04-18',
        '2025-05-26',
        '2025-06-19',
        '2025-07-04',
        '2025-09-01',
        '2025-11-27',
        '2025-12-25',

        '2026-01-01',
        '2026-01-19',
        '2026-02-16',
        '2026-04-03',
        '2026-05-25',
        '2026-06-19',
        '2026-07-03',
        '2026-09-07',
        '2026-11-26',
        '2026-12-25',
      ],
      special: onEach(['2025-07-03', '2025-11-28', '2025-12-24', '2026-11-27', '2026-12-24'], newYorkEarlyClose),
      knownUntil: '2026-12-31',
    },
  },
];
