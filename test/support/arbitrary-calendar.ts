import fc from 'fast-check';
import { type Calendar, type Window, weekdays } from '../../libs/service-levels/src/format/format.js';

export const minuteMs = 60_000;
export const dayMs = 1440 * minuteMs;

/** Zones, and local dates on which their clocks change or which they skip. */
const changes: [zone: string, dates: string[]][] = [
  ['Asia/Shanghai', ['2025-03-10', '2025-10-01']],
  ['Europe/London', ['2025-03-30', '2025-10-26']],
  ['America/New_York', ['2025-03-09', '2025-11-02']],
  ['Australia/Lord_Howe', ['2025-04-06', '2025-10-05']],
  ['America/Santiago', ['2025-04-06', '2025-09-07']],
  ['America/Havana', ['2025-03-09', '2025-11-02']],
  ['Pacific/Apia', ['2011-12-30', '2012-04-01']],
  ['Africa/Casablanca', ['2025-02-23', '2025-04-06']],
];

/** A zone and a date near one of its changes. */
export const places = fc
  .constantFrom(...changes.flatMap(([zone, dates]) => dates.map((date) => ({ zone, date }))))
  .map(({ zone, date }) => ({ zone, nearMs: Date.parse(`${date}T00:00Z`) }));

const wall = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
export const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const whole: Window[] = [['00:00', '24:00']];

/** Windows of a day, in order, of which the last may end on the next. */
export const windows: fc.Arbitrary<Window[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Window[]>([['09:00', '11:30'], ['13:00', '17:00']]) }, // prettier-ignore
  fc.constantFrom<Window[]>(
    whole,
    [],
    [['01:30', '03:30']],
    [['02:10', '02:50']],
    [['00:15', '01:45']],
    [['23:30', '24:00']],
    [['00:00', '00:30'], ['22:00', '24:00']], // prettier-ignore
    [['22:00', '06:00']],
    [['08:00', '12:00'], ['21:00', '02:00']], // prettier-ignore
  ),
  {
    weight: 3,
    arbitrary: fc.uniqueArray(fc.nat(288), { minLength: 2, maxLength: 7 }).map((points) => {
      const ascending = points.toSorted((a, b) => a - b).map((point) => point * 5);
      const pairs: Window[] = [];
      for (let i = 0; i + 1 < ascending.length; i += 2) pairs.push([wall(ascending[i]!), wall(ascending[i + 1]!)]);
      // an odd point opens a window that ends at night, before the first of the day opens
      if (ascending.length % 2 === 1 && ascending.at(-1)! < 1440)
        pairs.push([wall(ascending.at(-1)!), wall(Math.floor(ascending[0]! / 10) * 5)]);
      return pairs;
    }),
  },
);

export const calendars = (zone: string, nearMs: number): fc.Arbitrary<Calendar> => {
  const date = fc.integer({ min: -10, max: 20 }).map((days) => isoDate(nearMs + days * dayMs));
  const week = fc.oneof(
    windows.map((day) => Object.fromEntries(weekdays.slice(0, 5).map((name) => [name, day]))),
    windows.map((day) => Object.fromEntries(weekdays.map((name) => [name, day]))),
    fc.record(Object.fromEntries(weekdays.map((name) => [name, windows])), { requiredKeys: [] }),
  );
  return fc.record(
    {
      zone: fc.constant(zone),
      week: week,
      closed: fc.array(
        fc.oneof(
          date,
          fc.tuple(date, fc.nat(6)).map(([from, days]) => `${from}..${isoDate(Date.parse(`${from}T00:00Z`) + days * dayMs)}`),
        ),
        { maxLength: 3 },
      ),
      special: fc.dictionary(date, windows, { maxKeys: 3 }),
      knownUntil: date,
    },
    { requiredKeys: ['zone', 'week'] },
  );
};

/** Instants near a change: on round minutes mostly, and some to the second or the millisecond. */
export const instantsNear = (nearMs: number, days = 12): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.integer({ min: (-days * 1440) / 5, max: (days * 1440) / 5 }),
      fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(5 * minuteMs)),
    )
    .map(([fives, rest]) => nearMs + fives * 5 * minuteMs + rest);
