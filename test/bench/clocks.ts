import dayjs from 'dayjs';
import businessTime from 'dayjs-business-time';
import { type Calendar, MINUTE_MS, PreparedCalendar, type Window } from '#service-levels';
import { Chance } from '../support/chance.js';
import { type BenchResult, type BenchSettings, Rounds } from './bench.js';

const ZONE = 'Asia/Shanghai';
const CLOCKS = 2_000;
const TARGETS_MINUTES = [60, 240, 420, 2_400];
const LONG_YEARS = 10;
const WARM_UP_SECONDS = 0.5;

const day: Window[] = [
  ['09:00', '11:30'],
  ['13:00', '17:00'],
];
/** What both can say: several windows a day and closed dates. Make-up days, night windows and zones of its own are ours alone. */
const closed = ['2025-01-01', ...datesFrom('2025-01-28', 8), ...datesFrom('2025-04-04', 3), ...datesFrom('2025-05-01', 5), ...datesFrom('2025-10-01', 8)]; // prettier-ignore
const calendar: Calendar = { zone: ZONE, week: { mon: day, tue: day, wed: day, thu: day, fri: day }, closed };

interface Clock {
  startMs: number;
  minutes: number;
}

/** Deadlines in business minutes from a calendar that is there already, against dayjs-business-time, on what both can do. */
export async function benchClocks({ rounds, seconds, seed }: BenchSettings): Promise<BenchResult> {
  const zoneBefore = process.env.TZ;
  process.env.TZ = ZONE; // dayjs-business-time works in the zone of the process
  try {
    const prepared = PreparedCalendar.of(calendar);
    prepareDayjs();
    const ours = ({ startMs, minutes }: Clock): number => prepared.reach(startMs, minutes * MINUTE_MS);
    const theirs = ({ startMs, minutes }: Clock): number => dayjs(startMs).addBusinessMinutes(minutes).valueOf();
    const clocks = someClocks(seed);
    for (const clock of clocks) assertEqual(clock, ours(clock), theirs(clock));

    const minutes = longMinutes(prepared);
    const long = clocks.map(({ startMs }): Clock => ({ startMs, minutes }));
    const fromNothing = ({ startMs }: Clock): number => PreparedCalendar.of(calendar).reach(startMs, minutes * MINUTE_MS);
    const rate = (name: string, own: readonly Clock[], deadlineOf: (clock: Clock) => number) => ({
      name,
      unit: 'deadlines/s',
      measure: async () => rateOver(seconds / 2, own, deadlineOf),
    });
    const cost = (name: string, own: readonly Clock[], deadlineOf: (clock: Clock) => number) => ({
      name,
      unit: 'µs',
      measure: async () => 1e6 / rateOver(seconds / 4, own, deadlineOf),
    });
    for (const side of [ours, theirs]) rateOver(WARM_UP_SECONDS, clocks, side);
    const measured = await Rounds.of(
      [
        rate('Rapport', clocks, ours),
        rate('dayjs-business-time', clocks, theirs),
        cost('ten years', long, ours),
        cost('ten years, from nothing', long.slice(0, 20), fromNothing),
      ],
      rounds,
    );
    return {
      rows: [
        measured.ratio('deadlines from a prepared calendar: Rapport / dayjs-business-time', 'Rapport', 'dayjs-business-time'),
        measured.absolute(`a deadline over ${LONG_YEARS} years of calendar`, 'ten years'),
        measured.absolute('the same, laying the calendar out first', 'ten years, from nothing'),
      ],
      held: [
        `${CLOCKS} clocks, targets of ${TARGETS_MINUTES.join(', ')} business minutes, two windows a day and the closed dates of a year; in memory, every result the same on both sides`,
      ],
    };
  } finally {
    if (zoneBefore === undefined) delete process.env.TZ;
    else process.env.TZ = zoneBefore;
  }
}

function prepareDayjs(): void {
  dayjs.extend(businessTime);
  const segments = day.map(([open, close]) => ({ start: `${open}:00`, end: `${close}:00` }));
  dayjs.setBusinessTime({
    monday: segments,
    tuesday: segments,
    wednesday: segments,
    thursday: segments,
    friday: segments,
    saturday: null,
    sunday: null,
  });
  dayjs.setHolidays([...closed]);
}

/** On whole minutes at any time of 2025 to September, the same in every run with one seed. */
function someClocks(seed: number): Clock[] {
  const chance = new Chance(seed);
  const next = (below: number): number => chance.whole(below);
  const firstMs = Date.parse('2025-01-02T00:00:00+08:00');
  return Array.from({ length: CLOCKS }, () => ({
    startMs: firstMs + next(270 * 1440) * MINUTE_MS,
    minutes: TARGETS_MINUTES[next(TARGETS_MINUTES.length)]!,
  }));
}

/** The business minutes of so many years. */
function longMinutes(prepared: PreparedCalendar): number {
  return Math.floor(
    prepared.accrued(Date.parse('2025-01-06T09:00:00+08:00'), Date.parse(`${2025 + LONG_YEARS}-01-06T09:00:00+08:00`)) / MINUTE_MS,
  );
}

function rateOver(seconds: number, clocks: readonly Clock[], deadlineOf: (clock: Clock) => number): number {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let [done, checksum] = [0, 0];
  let now = start;
  for (; now < end; now = performance.now()) {
    for (const clock of clocks) checksum += deadlineOf(clock);
    done += clocks.length;
  }
  if (!Number.isFinite(checksum)) throw new Error('a deadline is never reached');
  return done / ((now - start) / 1_000);
}

function assertEqual({ startMs, minutes }: Clock, ours: number, theirs: number): void {
  if (ours === theirs) return;
  const [start, a, b] = [startMs, ours, theirs].map((ms) => new Date(ms).toISOString());
  throw new Error(`${minutes} minutes from ${start}: ${a} is not ${b}`);
}

function datesFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => new Date(Date.parse(`${first}T00:00:00Z`) + i * 86_400_000).toISOString().slice(0, 10));
}
