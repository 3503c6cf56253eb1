import type { Instant, SubjectKind, Uuid } from '#event-sourcing';
import {
  editionInForce,
  type HandbookEdition,
  kindKey,
  type Metric,
  type PromiseClass,
  promisesFor,
  runCase,
  type Subject,
  type TracedClock,
  weigh,
  type Zone,
} from '#service-levels';
import { type CaseFile, type Rules, statedCase } from './case-file.js';

export type Verdict = 'kept' | 'missed' | 'open' | 'cancelled' | 'notMeasured';

/** One commitment under one set of rules. */
export interface Outcome {
  promise: string;
  verdict: Verdict;
  warned: boolean;
  deadlineAt: Instant | null;
  stoppedAt: Instant | null;
}

export interface CellCount {
  due: number;
  kept: number;
  missed: number;
  /** Of those due and those open. */
  warned: number;
  open: number;
  /** Promised, and not measured: the deadline lies in the day by which its stop is known, or the source is silent on it. */
  notMeasured: number;
}

/** Why one side has no outcome. */
export type Absence = 'notPromised' | 'notMeasured';

export interface RehearsalCell {
  metric: Metric;
  class: PromiseClass;
  step: string | null;
  process: string;
  tier: string | null;
  actual: CellCount;
  draft: CellCount;
}

/** A commitment that the draft would have turned. */
export interface Flip {
  subjectId: Uuid;
  kind: SubjectKind;
  metric: Metric;
  class: PromiseClass;
  step: string | null;
  cycle: number;
  was: Outcome | Absence;
  is: Outcome | Absence;
}

export interface RehearsalResult {
  edition: number;
  cases: number;
  cells: RehearsalCell[];
  /** How many commitments turn; `flips` lists the first of them. */
  flipCount: number;
  flips: Flip[];
}

const FLIPS_MAX = 1_000;

/**
 * A draft edition over cases of the past, against what happened: the same clocks run once under the rules as they were
 * and once under the draft. Nothing is written.
 */
export class Rehearsal {
  private readonly cells = new Map<string, RehearsalCell>();
  private readonly flips: Flip[] = [];
  private flipCount = 0;
  private cases = 0;

  constructor(
    private readonly draft: HandbookEdition,
    private readonly rules: Rules,
    private readonly zone: Zone,
    private readonly nowMs: number,
  ) {}

  add(file: CaseFile): void {
    this.cases++;
    const stated = statedCase(file, this.rules, Number.MAX_SAFE_INTEGER, this.zone);
    const input = weigh(stated);
    const always = [{ ...this.draft, effectiveFrom: '0001-01-01T00:00:00Z', effectiveTo: null }];
    const actual = byKind(runCase(input, this.nowMs));
    const calendars = new Map([...this.rules.calendarsAt(Number.MAX_SAFE_INTEGER), ...input.calendars]); // those of the draft may be newer than the case
    const draft = byKind(runCase(weigh({ ...stated, calendars, handbookAt: () => always }), this.nowMs));
    const received = input.facts.find(({ fact }) => fact === 'received');
    const inForce = received && editionInForce(input.handbookAt(received), received.atMs);
    const promisedThen = kindsOf(inForce, input.subject);
    const promisedNow = kindsOf(always[0], input.subject);
    for (const key of new Set([...actual.keys(), ...draft.keys()])) {
      const [before, after] = [actual.get(key), draft.get(key)];
      const kind = kindKey((before ?? after)!.promise);
      this.compare(file, input.subject.tier ?? null, before ?? absence(promisedThen, kind), after ?? absence(promisedNow, kind));
    }
  }

  result(): RehearsalResult {
    const cells = [...this.cells.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
    return { edition: this.draft.edition, cases: this.cases, cells, flipCount: this.flipCount, flips: this.flips };
  }

  private compare(file: CaseFile, tier: string | null, before: TracedClock | Absence, after: TracedClock | Absence): void {
    const clock = isClock(before) ? before : (after as TracedClock);
    const { metric, class: promiseClass, step = null } = clock.promise;
    const kind = { metric, class: promiseClass, step };
    const { process } = file.subject;
    const key = [metric, promiseClass, step ?? '', process, tier ?? ''].join('|');
    let cell = this.cells.get(key);
    if (!cell) this.cells.set(key, (cell = { ...kind, process, tier, actual: nothing(), draft: nothing() }));
    const [was, is] = [isClock(before) ? outcomeOf(before) : before, isClock(after) ? outcomeOf(after) : after];
    count(cell.actual, was);
    count(cell.draft, is);
    if (verdictIn(was) === verdictIn(is)) return;
    this.flipCount++;
    if (this.flips.length < FLIPS_MAX)
      this.flips.push({ subjectId: file.subjectId, kind: file.kind, ...kind, cycle: clock.cycle, was, is });
  }
}

const isClock = (side: TracedClock | Absence): side is TracedClock => typeof side !== 'string';
const verdictIn = (side: Outcome | Absence): Verdict | Absence => (typeof side === 'string' ? side : side.verdict);

const kindsOf = (edition: HandbookEdition | undefined, subject: Subject): ReadonlySet<string> =>
  new Set(edition ? promisesFor(edition, subject).map(kindKey) : []);
const absence = (promised: ReadonlySet<string>, kind: string): Absence => (promised.has(kind) ? 'notMeasured' : 'notPromised');

const byKind = (clocks: readonly TracedClock[]): Map<string, TracedClock> =>
  new Map(clocks.map((clock) => [`${kindKey(clock.promise)}|${clock.cycle}`, clock]));

function outcomeOf({ promise, state, deadlineMs, stoppedMs, transitions }: TracedClock): Outcome {
  const at = (ms: number | null): Instant | null => (ms === null || ms === Infinity ? null : new Date(ms).toISOString());
  const warned = transitions.some(({ type }) => type === 'warned');
  return { promise: promise.id, verdict: verdictOf(state), warned, deadlineAt: at(deadlineMs), stoppedAt: at(stoppedMs) };
}

function verdictOf(state: TracedClock['state']): Verdict {
  switch (state) {
    case 'met':
      return 'kept';
    case 'breached':
    case 'completedLate':
      return 'missed';
    case 'running':
    case 'paused':
      return 'open';
    case 'cancelled':
    case 'notMeasured':
      return state;
  }
}

const nothing = (): CellCount => ({ due: 0, kept: 0, missed: 0, warned: 0, open: 0, notMeasured: 0 });

function count(cell: CellCount, side: Outcome | Absence): void {
  if (side === 'notMeasured') cell.notMeasured++;
  if (typeof side === 'string') return;
  const { verdict, warned } = side;
  if (verdict === 'cancelled') return;
  if (verdict === 'notMeasured') {
    cell.notMeasured++;
    return;
  }
  if (warned) cell.warned++;
  if (verdict === 'open') {
    cell.open++;
    return;
  }
  cell.due++;
  cell[verdict]++;
}
