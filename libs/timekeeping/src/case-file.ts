import type { Instant, SubjectKind, Uuid } from '#event-sourcing';
import {
  type CalendarInForce,
  type CaseInput,
  type CaseOf,
  type HandbookEdition,
  type CaseFact,
  restated,
  runCase,
  type StoredFact,
  type Subject,
  type TracedClock,
  weigh,
  type Zone,
} from '#service-levels';
import { type LoggedTierEvent, tierAt, tierChangesAfter } from './tier-changes.js';

/** All that the log says of a case up to a position. */
export interface CaseFile {
  subjectId: Uuid;
  clientId: Uuid;
  branchId: string;
  kind: SubjectKind;
  /** As it was received, without the tier. */
  subject: Omit<Subject, 'tier'>;
  /** Where in the log it was received, and when that was recorded. */
  openedPosition: number;
  openedAt: Instant;
  /** Each with the source whose earlier facts it replaces. */
  facts: readonly SourcedFact[];
  tierEvents: readonly LoggedTierEvent[];
}
export interface SourcedFact {
  source: Uuid;
  fact: StoredFact;
}

/** The rules of the firm as they were known at any position of the log. */
export interface Rules {
  handbookAt(position: number): readonly HandbookEdition[];
  calendarsAt(position: number): ReadonlyMap<string, CalendarInForce>;
  /** As known at one position, with those that were published after it, up to another, as they were then: a later step may name one. */
  calendarsFrom(position: number, upTo: number): ReadonlyMap<string, CalendarInForce>;
  /** Revisions recorded after one position, up to another. */
  revisionsBetween(after: number, upTo: number): readonly CaseFact[];
}

/** A case as it is stated up to a position of the log. */
export function statedCase(file: CaseFile, rules: Rules, upTo: number, zone: Zone): CaseInput & { subject: Subject } {
  const known = standing(file.facts.filter(({ fact }) => (fact.position ?? 0) <= upTo));
  const tierEvents = file.tierEvents.filter(({ position }) => position <= upTo);
  const received = known.find(({ fact }) => fact === 'received');
  const startMs = received?.atMs ?? Date.parse(file.openedAt);
  const atReceipt = tierEvents.filter(({ position }) => position < file.openedPosition);
  const tier = tierAt(atReceipt, startMs, zone, file.openedAt);
  const subject: Subject = { ...file.subject };
  if (tier !== undefined) subject.tier = tier;
  const facts: CaseFact[] = [
    ...known,
    ...tierChangesAfter(tierEvents, startMs, zone),
    ...rules.revisionsBetween(file.openedPosition, upTo),
  ];
  const handbookAt = ({ position = file.openedPosition }: CaseFact): readonly HandbookEdition[] => rules.handbookAt(position);
  return { subject, facts, handbookAt, calendars: rules.calendarsFrom(file.openedPosition, upTo) };
}

export interface CaseRun {
  of: CaseOf;
  clocks: TracedClock[];
  /** The latest instant of a fact that is known; a clock that ran less far would forget. */
  lastFactMs: number;
  /** The next fact that is known already and has not come yet: a tier that changes at a midnight. Infinity: none. */
  nextFactMs: number;
}

/** Runs a case's clocks over what was known at a position. `untilMs`: how far; absent, as far as its facts go. */
export function runFile(file: CaseFile, rules: Rules, upTo: number, zone: Zone, nowMs: number, untilMs?: number): CaseRun {
  const input = weigh(statedCase(file, rules, upTo, zone));
  const come = input.facts.filter(({ atMs }) => atMs <= nowMs);
  const lastFactMs = come.reduce((latest, { atMs }) => Math.max(latest, atMs), -Infinity);
  const next = input.facts.find(({ atMs }) => atMs > Math.max(nowMs, untilMs ?? -Infinity));
  const { clientId, kind, subjectId, subject } = file;
  return {
    of: { clientId, ref: { kind, id: subjectId }, subject },
    clocks: runCase(input, untilMs ?? lastFactMs),
    lastFactMs,
    nextFactMs: next?.atMs ?? Infinity,
  };
}

/** Of each source what it said last: an amended contact replaces what it was. */
function standing(facts: readonly SourcedFact[]): StoredFact[] {
  const sources = new Map<Uuid, Map<number, StoredFact[]>>();
  for (const { source, fact } of facts) {
    const said = sources.get(source) ?? new Map<number, StoredFact[]>();
    sources.set(source, said);
    said.set(fact.position ?? 0, [...(said.get(fact.position ?? 0) ?? []), fact]);
  }
  return [...sources.values()].flatMap((said) =>
    [...said].sort(([a], [b]) => a - b).reduce<readonly StoredFact[]>((before, [, now]) => restated(before, now), []),
  );
}
