import type { Instant, Uuid } from '#event-sourcing';
import {
  type HandbookEdition,
  kindKey,
  type Metric,
  type PromiseClass,
  runCase,
  type SubjectKind,
  type TracedClock,
  type Zone,
} from '#service-levels';
import { type CaseFile, caseInput, type Rules } from './case-file.js';

export type Verdict = 'kept' | 'missed' | 'open' | 'cancelled';

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
}

export interface RehearsalCell {
  metric: Metric;
  class: PromiseClass;
  step: string | null;
  process: string;
  tier: string | null;
  actual: CellCount;
  draft: CellCount;
}

/** A commitment that the draft would have turned: null where one of the two promises nothing. */
export interface Flip {
  subjectId: Uuid;
  kind: SubjectKind;
  metric: Metric;
  class: PromiseClass;
  step: string | null;
  cycle: number;
  was: Outcome | null;
  is: Outcome | null;
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
    const input = caseInput(file, this.rules, Number.MAX_SAFE_INTEGER, this.zone);
    const always = [{ ...this.draft, effectiveFrom: '0001-01-01T00:00:00Z', effectiveTo: null }];
    const actual = byKind(runCase(input, this.nowMs));
    const calendars = new Map([...this.rules.calendarsAt(Number.MAX_SAFE_INTEGER), ...input.calendars]); // those of the draft may be newer than the case
    const draft = byKind(runCase({ ...input, calendars, handbookAt: () => always }, this.nowMs));
    for (const key of new Set([...actual.keys(), ...draft.keys()])) {
      this.compare(file, input.subject.tier ?? null, actual.get(key), draft.get(key));
    }
  }

  result(): RehearsalResult {
    const cells = [...this.cells.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
    return { edition: this.draft.edition, cases: this.cases, cells, flipCount: this.flipCount, flips: this.flips };
  }

  private compare(file: CaseFile, tier: string | null, before?: TracedClock, after?: TracedClock): void {
    const { metric, class: promiseClass, step = null } = (before ?? after)!.promise;
    const kind = { metric, class: promiseClass, step };
    const { process } = file.subject;
    const key = [metric, promiseClass, step ?? '', process, tier ?? ''].join('|');
    let cell = this.cells.get(key);
    if (!cell) this.cells.set(key, (cell = { ...kind, process, tier, actual: nothing(), draft: nothing() }));
    const [was, is] = [before && outcomeOf(before), after && outcomeOf(after)];
    if (was) count(cell.actual, was);
    if (is) count(cell.draft, is);
    if (was?.verdict === is?.verdict) return;
    this.flipCount++;
    if (this.flips.length < FLIPS_MAX) {
      const { cycle } = (before ?? after)!;
      this.flips.push({ subjectId: file.subjectId, kind: file.kind, ...kind, cycle, was: was ?? null, is: is ?? null });
    }
  }
}

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
      return 'cancelled';
  }
}

const nothing = (): CellCount => ({ due: 0, kept: 0, missed: 0, warned: 0, open: 0 });

function count(cell: CellCount, { verdict, warned }: Outcome): void {
  if (verdict === 'cancelled') return;
  if (warned) cell.warned++;
  if (verdict === 'open') {
    cell.open++;
    return;
  }
  cell.due++;
  cell[verdict]++;
}
