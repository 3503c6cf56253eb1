import type { Uuid } from '#event-sourcing';
import { MINUTE_MS } from '../calendar/zone.js';
import { type CaseFact, type CaseInput, runFacts, type TracedClock } from './case.js';
import { inOrder } from './case-facts.js';
import { kindKey } from './selection.js';

/** What is recorded within a minute of its happening is recorded as it happens: a deadline may pass while an act is under way. */
export const PROMPT_MS = MINUTE_MS;

/**
 * So many statements of one case are asked what they would undo; a later one waits whatever it is. Each answer runs the case
 * anew, and nobody holds up the clocks of others by what they write down of one case.
 */
export const EXAMINED_MAX = 100;

/** Something stated by a person after a deadline that it says was kept, and by nobody confirmed: it counts from its recording. */
export interface LateEvidence {
  /** As it is stated. */
  fact: CaseFact;
  /** The commitments whose breach it would undo, by kind and cycle; absent: nobody asked, and it may be any. */
  commitments?: ReadonlySet<string>;
}

/** A case whose facts are placed in time, in the order in which they apply. */
export interface WeighedCase extends CaseInput {
  late: readonly LateEvidence[];
}

/**
 * Places the facts of a case (clocks.md, "Evidence"): one known by its day in the interval that it may lie in, and late
 * evidence that waits for a second person at its recording. What is late is decided by what was known when it was recorded,
 * so that later facts change nothing about it.
 */
export function weigh(input: CaseInput): WeighedCase {
  const stated = placed(input.facts);
  const confirmed = new Set(stated.flatMap((fact): Uuid[] => (fact.fact === 'evidenceConfirmed' ? [fact.evidence] : [])));
  const taken: CaseFact[] = [];
  const late: LateEvidence[] = [];
  let examined = 0;
  for (const statement of statements(stated)) {
    const [first] = statement;
    const isConfirmed = first!.confirmed === true || (first!.eventId !== undefined && confirmed.has(first!.eventId));
    const weighed = !isConfirmed && mayBeLate(statement);
    const commitments = weighed && examined++ < EXAMINED_MAX ? undoneBy(statement, taken, input) : undefined;
    const waits = weighed && commitments?.size !== 0;
    if (waits) late.push({ fact: first!, commitments });
    taken.push(...(waits ? statement.map(atItsRecording) : statement));
  }
  return { ...input, facts: inOrder(taken.flatMap(waiting)), late };
}

/** All commitments of a case, each cycle its own, in the order they started, up to and including `untilMs`. */
export function runCase(input: WeighedCase, untilMs: number): TracedClock[] {
  const clocks = runFacts(input, untilMs);
  for (const { fact, commitments } of input.late) {
    for (const clock of clocks) if (isMissed(clock) && commitments?.has(nameOf(clock)) !== false) clock.lateEvidence.push(fact);
  }
  return clocks;
}

/** Whether a clock was stopped by what was recorded after its deadline, and says that it was kept. */
export function keptByLateEvidence({ deadlineMs }: Pick<TracedClock, 'deadlineMs'>, stop: CaseFact | null): boolean {
  if (stop?.recordedMs === undefined || deadlineMs === null) return false;
  return stop.recordedMs > deadlineMs && stop.recordedMs - stop.atMs > PROMPT_MS;
}

const nameOf = ({ promise, cycle }: TracedClock): string => `${kindKey(promise)}|${cycle}`;
const isMissed = ({ state }: TracedClock): boolean => state === 'breached' || state === 'completedLate';

/** In the order in which they were stated, those known by their day each in its interval. */
function placed(facts: readonly CaseFact[]): CaseFact[] {
  const earlier: number[] = [];
  let latestMs = -Infinity;
  return facts
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .map((fact) => {
      if (!isOfTheCase(fact)) return fact;
      const { atMs, precision, untilMs: endMs = fact.atMs, recordedMs = Infinity } = fact;
      if (precision === 'unknown') return fact;
      // a statement of another day says nothing about this one
      const before = latestMs < endMs ? latestMs : earlier.reduce((latest, ms) => (ms < endMs ? Math.max(latest, ms) : latest), -Infinity);
      const fromMs = precision === 'day' ? Math.max(atMs, before) : atMs;
      earlier.push(fromMs);
      latestMs = Math.max(latestMs, fromMs);
      return precision === 'day' ? { ...fact, atMs: fromMs, untilMs: Math.max(fromMs, Math.min(endMs, recordedMs)) } : fact;
    });
}

/** Facts of one event stand together. */
function statements(facts: readonly CaseFact[]): CaseFact[][] {
  const groups: CaseFact[][] = [];
  for (const fact of facts) {
    const last = groups.at(-1);
    if (last && fact.position !== undefined && last[0]!.position === fact.position) last.push(fact);
    else groups.push([fact]);
  }
  return groups;
}

/** Whether a person wrote it down well after it is said to have happened, and it may undo a breach. */
function mayBeLate(statement: readonly CaseFact[]): boolean {
  const [{ ofSystem, recordedMs, atMs, precision }] = statement as [CaseFact];
  return !ofSystem && precision !== 'unknown' && recordedMs !== undefined && recordedMs - atMs > PROMPT_MS && statement.every(mayUndo);
}

/** The commitments that are missed as long as this counts from its recording, and are not where it counts as stated. */
function undoneBy(statement: readonly CaseFact[], before: readonly CaseFact[], input: CaseInput): ReadonlySet<string> {
  const missedWith = (facts: readonly CaseFact[]): Set<string> => {
    const known = inOrder([...before, ...facts].flatMap(waiting));
    return new Set(
      runFacts({ ...input, facts: known }, statement[0]!.recordedMs!)
        .filter(isMissed)
        .map(nameOf),
    );
  };
  const missed = missedWith(statement.map(atItsRecording));
  if (missed.size > 0) for (const name of missedWith(statement)) missed.delete(name);
  return missed;
}

function atItsRecording(fact: CaseFact): CaseFact {
  const { precision: _precision, date: _date, untilMs: _untilMs, ...rest } = fact;
  return { ...rest, atMs: fact.recordedMs ?? fact.atMs, statedMs: fact.atMs };
}

/** A question known by its day is waited for from the end of what is known: nothing invents a longer pause. */
function waiting(fact: CaseFact): CaseFact[] {
  if (fact.fact !== 'clientAsked' || fact.precision !== 'day') return [fact];
  const { untilMs = fact.atMs, position, eventId, actorId } = fact;
  return [fact, { fact: 'waitingBegins', atMs: untilMs, asked: position ?? 0, position, eventId, actorId }];
}

/** What happened in the case itself, as against the rules and the client's tier. */
function isOfTheCase({ fact }: CaseFact): boolean {
  switch (fact) {
    case 'tierChanged':
    case 'calendarRevised':
    case 'unmeasured':
    case 'evidenceConfirmed':
    case 'waitingBegins':
      return false;
    case 'received':
    case 'outbound':
    case 'inbound':
    case 'note':
    case 'clientAsked':
    case 'clientReplied':
    case 'accepted':
    case 'declined':
    case 'completed':
    case 'reopened':
    case 'cancelled':
    case 'stepStarted':
    case 'stepCompleted':
    case 'severityChanged':
    case 'extended':
      return true;
  }
}

/** Whether a fact may make a breach undone: a stop, a pause, a reply, a cancellation or a contact. */
function mayUndo({ fact }: CaseFact): boolean {
  switch (fact) {
    case 'outbound':
    case 'inbound':
    case 'clientAsked':
    case 'clientReplied':
    case 'accepted':
    case 'declined':
    case 'completed':
    case 'cancelled':
    case 'stepCompleted':
      return true;
    case 'received':
    case 'note':
    case 'reopened':
    case 'stepStarted':
    case 'severityChanged':
    case 'extended':
    case 'tierChanged':
    case 'calendarRevised':
    case 'unmeasured':
    case 'evidenceConfirmed':
    case 'waitingBegins':
      return false;
  }
}
