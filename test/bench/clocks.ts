import dayjs from 'dayjs';
import businessTime from 'dayjs-business-time';
import { type Calendar, MINUTE_MS, PreparedCalendar, type Window } from '#service-levels';
import { type BenchResult, type BenchSettings, type Spread, spreadOf, table } from './ratios.js';

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
export async function benchClocks({ rounds, seconds }: BenchSettings): Promise<BenchResult> {
  const zoneBefore = process.env.TZ;
  process.env.TZ = ZONE; // dayjs-business-time works in the zone of the process
  try {
    const prepared = PreparedCalendar.of(calendar);
    prepareDayjs();
    const ours = ({ startMs, minutes }: Clock): number => prepared.reach(startMs, minutes * MINUTE_MS);
    const theirs = ({ startMs, minutes }: Clock): number => dayjs(startMs).addBusinessMinutes(minutes).valueOf();
    const clocks = someClocks();
    for (const clock of clocks) assertEqual(clock, ours(clock), theirs(clock));

    const minutes = longMinutes(prepared);
    const long = clocks.map(({ startMs }): Clock => ({ startMs, minutes }));
    const fromNothing = ({ startMs }: Clock): number => PreparedCalendar.of(calendar).reach(startMs, minutes * MINUTE_MS);
    const rates: Rates[] = [];
    for (let round = 0; round <= rounds; round++) {
      const own = round === 0 ? WARM_UP_SECONDS : seconds;
      const rate: Rates = {
        ours: rateOver(own, clocks, ours),
        theirs: rateOver(own, clocks, theirs),
        longUs: 1e6 / rateOver(own / 4, long, ours),
        preparingUs: 1e6 / rateOver(own / 4, long.slice(0, 20), fromNothing),
      };
      if (round === 0) continue;
      rates.push(rate);
      const progress = `Rapport ${rate.ours.toFixed(0)}/s; dayjs-business-time ${rate.theirs.toFixed(0)}/s`;
      console.error(`round ${round} of ${rounds}: ${progress}; ${LONG_YEARS} years ${rate.longUs.toFixed(2)} microseconds`);
    }
    return resultOf(rates);
  } finally {
    if (zoneBefore === undefined) delete process.env.TZ;
    else process.env.TZ = zoneBefore;
  }
}

interface Rates {
  ours: number;
  theirs: number;
  longUs: number;
  preparingUs: number;
}

function resultOf(rates: readonly Rates[]): BenchResult {
  const of = (choose: (rate: Rates) => number): Spread => spreadOf(rates.map(choose));
  const ratio = of(({ ours, theirs }) => ours / theirs);
  const longUs = of((rate) => rate.longUs);
  const row = (name: string, { min, median, max }: Spread, digits: number): string[] => [
    name,
    ...[min, median, max].map((value) => value.toFixed(digits)),
  ];
  const report = [
    `Deadlines of ${CLOCKS} clocks, targets of ${TARGETS_MINUTES.join(', ')} business minutes, two windows a day and the closed dates of a year,`,
    `from a calendar prepared before; every result the same on both sides; ${rates.length} interleaved rounds, ratio within each round.`,
    table([
      ['', 'min', 'median', 'max'],
      row(
        'Rapport, deadlines/s',
        of(({ ours }) => ours),
        0,
      ),
      row(
        'dayjs-business-time, deadlines/s',
        of(({ theirs }) => theirs),
        0,
      ),
      row('Rapport / dayjs-business-time', ratio, 2),
      row(`Rapport, a deadline over ${LONG_YEARS} years of calendar, microseconds`, longUs, 2),
      row(
        'the same, preparing the calendar first, microseconds',
        of(({ preparingUs }) => preparingUs),
        0,
      ),
    ]),
  ];
  return { ratios: { dayjsBusinessTime: ratio, tenYearsUs: longUs }, report: report.join('\n') };
}

function prepareDayjs(): void {
  dayjs.extend(businessTime);
  const segments = day.map(([open, close]) => ({ start: `${open}:00`, end: `${close}:00` }));
  dayjs.setBusinessTime({
    ...{ monday: segments, tuesday: segments, wednesday: segments, thursday: segments, friday: segments },
    ...{ saturday: null, sunday: null },
  });
  dayjs.setHolidays([...closed]);
}

/** On whole minutes at any time of 2025 to September, the same in every run. */
function someClocks(): Clock[] {
  let seed = 20_250_311;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
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
