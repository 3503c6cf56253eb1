import { type Instant, type LocalDate, toLocalDate } from '#event-sourcing';

const QUARTER_MS = 900_000;
const KEPT_MAX = 10_000;

/**
 * The firm's local date of an instant, as `toLocalDate` has it, which takes as long as the rest of folding an event. A date
 * on which a quarter of an hour begins and ends holds throughout it: no zone leaves a date and comes back so soon.
 */
export function localDates(zone: string): (at: Instant) => LocalDate {
  const known = new Map<number, LocalDate | undefined>();
  const ofQuarter = (quarter: number): LocalDate | undefined => {
    const [first, last] = [quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS - 1].map((ms) => toLocalDate(new Date(ms).toISOString(), zone));
    return first === last ? first : undefined;
  };
  return (at) => {
    const quarter = Math.floor(Date.parse(at) / QUARTER_MS);
    if (!known.has(quarter) && !Number.isNaN(quarter)) {
      if (known.size >= KEPT_MAX) known.clear();
      known.set(quarter, ofQuarter(quarter));
    }
    return known.get(quarter) ?? toLocalDate(at, zone);
  };
}
