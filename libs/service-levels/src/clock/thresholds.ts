import { MINUTE_MS } from '../calendar/zone.js';
import type { Clock } from './clock.js';
import { warningAt } from './clock-motion.js';
import { finite } from './clock.js';

/** A threshold of a clock: when it was reached, or when it would be as things stand; null where that is open. */
export interface Threshold {
  atMs: number | null;
  reached: boolean;
}

/** Every threshold of a clock, the earliest first. Of one that has ended, those ahead are where they would have been. */
export function thresholdsOf(clock: Clock): {
  warnings: (Threshold & { percent: number })[];
  escalations: (Threshold & { afterMinutes: number; toRole: string })[];
} {
  const { promise, deadlineMs, transitions } = clock;
  const isOpen = finite(deadlineMs) === null;
  const warnings = [...promise.warnings]
    .sort((a, b) => a - b)
    .map((percent) => {
      const [reached] = transitions.flatMap((one) => (one.type === 'warned' && one.percent === percent ? [one] : []));
      return { percent, atMs: reached?.atMs ?? (isOpen ? null : finite(warningAt(clock, percent).atMs)), reached: reached !== undefined };
    });
  const past = transitions.flatMap((one) => (one.type === 'escalated' ? [one] : []));
  const escalations = [...promise.escalations]
    .sort((a, b) => a.afterMinutes - b.afterMinutes)
    .map(({ afterMinutes, toRole }, nth) => {
      const reached = past[nth];
      const ahead = (): number | null => finite(clock.calendar.calendar.reach(deadlineMs!, afterMinutes * MINUTE_MS));
      return { afterMinutes, toRole, atMs: reached?.atMs ?? (isOpen ? null : ahead()), reached: reached !== undefined };
    });
  return { warnings, escalations };
}
