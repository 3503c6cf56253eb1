import type { Instant, SubjectKind, Uuid } from '#event-sourcing';
import {
  type CalendarInForce,
  type CaseInput,
  type CaseOf,
  type HandbookEdition,
  inOrder,
  type CaseFact,
  runCase,
  type StoredFact,
  type Subject,
  type TracedClock,
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

/** A case as the clocks take it, as known at a position of the log. */
export function caseInput(file: CaseFile, rules: Rules, upTo: number, zone: Zone): CaseInput & { subject: Subject } {
  const known = standing(file.facts.filter(({ fact }) => (fact.position ?? 0) <= upTo));
  const tierEvents = file.tierEvents.filter(({ position }) => position <= upTo);
  const received = known.find(({ fact }) => fact === 'received');
  const startMs = received?.atMs ?? Date.parse(file.openedAt);
  const atReceipt = tierEvents.filter(({ position }) => position < file.openedPosition);
  const tier = tierAt(atReceipt, startMs, zone, file.openedAt);
  return {
    subject: { ...file.subject, ...(tier !== undefined && { tier }) },
    facts: inOrder<CaseFact>([
      ...known,
      ...tierChangesAfter(tierEvents, startMs, zone),
      ...rules.revisionsBetween(file.openedPosition, upTo),
    ]),
    handbookAt: ({ position = file.openedPosition }) => rules.handbookAt(position),
    calendars: rules.calendarsFrom(file.openedPosition, upTo),
  };
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
  const input = caseInput(file, rules, upTo, zone);
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
  const latest = new Map<Uuid, number>();
  for (const { source, fact } of facts) latest.set(source, Math.max(latest.get(source) ?? 0, fact.position ?? 0));
  return facts.filter(({ source, fact }) => latest.get(source) === (fact.position ?? 0)).map(({ fact }) => fact);
}
