import { DomainError } from '#event-sourcing';
import { ageBands, riskPreferences } from './client-events.js';

/** At least and at most, both inclusive; one of the two may be absent. */
export interface ScoreRange {
  min?: number;
  max?: number;
}

/**
 * Who belongs to a segment: all criteria hold; of a list, one value. The three dimensions of `tiers.md`. What it
 * names in free words is kept encrypted.
 */
export interface SegmentQuery {
  /** Where clients live or belong. */
  external?: { branch?: readonly string[]; region?: readonly string[]; organisation?: readonly string[] };
  /** What they are. */
  internal?: {
    ageBand?: readonly string[];
    occupation?: readonly string[];
    incomeBand?: readonly string[];
    riskPreference?: readonly string[];
  };
  /** What they do, on the day that the segment is counted. */
  behaviour?: {
    /** RFM scores 1-5 by the fixed bounds. */
    recency?: ScoreRange;
    frequency?: ScoreRange;
    monetary?: ScoreRange;
    /** Never traded, or did. */
    noHistory?: boolean;
    /** The tier in force. */
    tier?: readonly string[];
    dormant?: boolean;
    /** Churn signals, 0-5. Who has no account has none. */
    churnScore?: ScoreRange;
  };
}

export const segmentDimensions = ['external', 'internal', 'behaviour'] as const;

const known: Readonly<Record<string, readonly string[]>> = { ageBand: ageBands, riskPreference: riskPreferences };

/** Throws a DomainError, with its places, for a query that names nothing, an empty list, a band that there is none of, or a range of nothing. */
export function checkSegmentQuery(query: SegmentQuery): void {
  const faults = segmentDimensions.flatMap((dimension) =>
    Object.entries((query[dimension] ?? {}) as Record<string, unknown>).flatMap(([name, criterion]) =>
      faultsOf(name, criterion).map((code) => ({ pointer: `/query/${dimension}/${name}`, code })),
    ),
  );
  const [first] = faults;
  if (first) throw refusal(first.code, [first.pointer], faults);
  const stated = segmentDimensions.flatMap((dimension) => Object.values(query[dimension] ?? {}));
  if (stated.length === 0) throw refusal('segment-without-criteria', ['/query']);
}

function faultsOf(name: string, criterion: unknown): (keyof typeof segmentQueryProblems)[] {
  if (typeof criterion === 'boolean') return [];
  if (Array.isArray(criterion)) {
    if (criterion.length === 0) return ['segment-criterion-empty'];
    return known[name] && criterion.some((value: string) => !known[name]!.includes(value)) ? ['segment-value-unknown'] : [];
  }
  const { min, max } = criterion as ScoreRange;
  if (min === undefined && max === undefined) return ['segment-criterion-empty'];
  return min !== undefined && max !== undefined && min > max ? ['segment-range-empty'] : [];
}

export const segmentQueryProblems = {
  'segment-without-criteria': { en: 'A segment names at least one criterion', zh: '分群至少需要一项条件' },
  'segment-criterion-empty': { en: 'A criterion names at least one value', zh: '条件至少需要一个取值' },
  'segment-value-unknown': { en: 'There is no such value', zh: '取值不存在' },
  'segment-range-empty': { en: 'The least is above the most', zh: '下限大于上限' },
} as const;
const refusal = DomainError.of(segmentQueryProblems);
