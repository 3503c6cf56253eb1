import { Temporal } from 'temporal-polyfill';
import type { LocalDate } from '#event-sourcing';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Days since 1970-01-01: local dates as numbers, so that calendars count instead of parsing. */
export type DayNumber = number;

export const dayOf = (date: LocalDate): DayNumber => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
export const dateOf = (day: DayNumber): LocalDate => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** `Area/Location`: an abbreviation such as CST is several zones, and `+08:00` is none. */
const ZONE_NAME = /^[A-Z][A-Za-z_]{1,31}(\/[A-Z][A-Za-z0-9_+-]{0,31}){1,2}$/;

/** Whether this is the name of a zone, or `UTC`, and one that clocks are reckoned in here: the one that computes is asked. */
export function isZone(name: string): boolean {
  if (name !== 'UTC' && !ZONE_NAME.test(name)) return false;
  try {
    Zone.of(name);
    return true;
  } catch {
    return false;
  }
}

const BLOCK_MS = 3_652 * DAY_MS;

/** From `fromMs` on the zone is `offsetMs` ahead of UTC. */
interface Offset {
  fromMs: number;
  offsetMs: number;
}

/** The offsets of an IANA zone, looked up once and then searched: conversions by the thousand cost nothing. */
export class Zone {
  private static readonly known = new Map<string, Zone>();
  /** Ascending; the first holds for all that is before the second. */
  private offsets: Offset[] = [];
  private fromMs = 0;
  private toMs = 0;

  private constructor(readonly id: string) {}

  /** Throws a RangeError for an unknown zone. */
  static of(id: string): Zone {
    let zone = Zone.known.get(id);
    if (!zone) {
      zone = new Zone(id);
      zone.lookUp(0, BLOCK_MS);
      Zone.known.set(id, zone);
    }
    return zone;
  }

  offsetAt(ms: number): number {
    const i = this.segmentOf(ms); // may look up more, so it goes first
    return this.offsets[i]!.offsetMs;
  }

  dayAt(ms: number): DayNumber {
    return Math.floor((ms + this.offsetAt(ms)) / DAY_MS);
  }

  /**
   * The instant of a wall time, given in minutes after the midnight that starts `day` (1440: the next midnight). One that
   * a clock change skips is moved forward by the length of the gap; one that occurs twice means its first occurrence.
   */
  instantOf(day: DayNumber, minutes: number): number {
    const wallMs = day * DAY_MS + minutes * MINUTE_MS;
    this.segmentOf(wallMs + 2 * DAY_MS); // looks up what is missing, before an index is taken
    for (let i = this.segmentOf(wallMs - 2 * DAY_MS); ; i++) {
      const ms = wallMs - this.offsets[i]!.offsetMs;
      const endMs = this.offsets[i + 1]?.fromMs ?? Infinity;
      if (ms < endMs) return ms;
      const next = this.offsets[i + 1]!;
      if (wallMs - next.offsetMs < next.fromMs) return ms; // in the gap: the offset before it moves the wall time forward
    }
  }

  /** RFC 3339 with the zone's offset, to the minute, which reads back as the same instant; milliseconds only where there are some. */
  print(ms: number): string {
    const minutes = Math.round(this.offsetAt(ms) / MINUTE_MS); // RFC 3339 has no seconds in an offset, as local mean times have
    const local = new Date(ms + minutes * MINUTE_MS).toISOString().slice(0, -1);
    const wall = local.endsWith('.000') ? local.slice(0, -4) : local;
    const two = (n: number): string => String(n).padStart(2, '0');
    return `${wall}${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  }

  private segmentOf(ms: number): number {
    if (!Number.isFinite(ms)) throw new RangeError('no instant'); // it would spoil the offsets of everybody
    if (ms < this.fromMs || ms >= this.toMs) this.lookUp(Math.min(ms, this.fromMs), Math.max(ms, this.toMs));
    let low = 0;
    let high = this.offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offsets[middle]!.fromMs <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private lookUp(fromMs: number, toMs: number): void {
    this.fromMs = fromMs - BLOCK_MS;
    this.toMs = toMs + BLOCK_MS;
    const offsetMsOf = (at: Temporal.ZonedDateTime): number => at.offsetNanoseconds / 1e6;
    let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(this.fromMs).toZonedDateTimeISO(this.id);
    const offsets: Offset[] = [{ fromMs: -Infinity, offsetMs: offsetMsOf(at) }];
    for (at = at.getTimeZoneTransition('next'); at && at.epochMilliseconds < this.toMs; at = at.getTimeZoneTransition('next')) {
      offsets.push({ fromMs: at.epochMilliseconds, offsetMs: offsetMsOf(at) });
    }
    this.offsets = offsets;
  }
}
