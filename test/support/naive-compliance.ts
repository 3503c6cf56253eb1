import { isIn, type Period, type Ratio, ratioOf } from '#service-levels';

/** What compliance needs of a commitment. Instants in milliseconds UTC. */
export interface MeasuredCommitment<Id extends string = string> {
  id: Id;
  /** Null while paused. */
  deadlineMs: number | null;
  stoppedMs: number | null;
  /** Stopped on a later date than the due date: where dates are all that is known, instants cannot tell. */
  late?: boolean;
  /** Cancelled before it was breached. One that was breached first has stayed breached, and counts. */
  cancelled: boolean;
  /** Ascending; `toMs` null: it lasts. */
  pauses: readonly { fromMs: number; toMs: number | null }[];
  /** Its breach was excused. Still missed, shown apart. */
  excused: boolean;
}

export interface Compliance<Id extends string = string> {
  /** Due-based: of what fell due in the period and by now, the share stopped in time. */
  due: Ratio<Id>;
  /** Of `due.denominator` all that was not stopped in time, also what is still open. */
  missed: readonly Id[];
  /** Of `missed`, those whose breach was excused. */
  excused: readonly Id[];
  /** Of what was stopped in the period, whenever it was due, the share stopped in time. Never shown alone. */
  closedCohort: Ratio<Id>;
}

export function compliance<Id extends string>(
  commitments: readonly MeasuredCommitment<Id>[],
  period: Period,
  nowMs: number,
): Compliance<Id> {
  const due = commitments.filter((commitment) => fellDue(commitment, period, nowMs));
  const missed = due.filter((commitment) => !stoppedInTime(commitment));
  const closed = commitments.filter(({ stoppedMs }) => stoppedMs !== null && stoppedMs <= nowMs && isIn(period, stoppedMs));
  return {
    due: ratioOf(idsOf(due.filter(stoppedInTime)), idsOf(due)),
    missed: idsOf(missed),
    excused: idsOf(missed.filter(({ excused }) => excused)),
    closedCohort: ratioOf(idsOf(closed.filter(stoppedInTime)), idsOf(closed)),
  };
}

/** The same, of each cell (a process, a tier, a branch, ...) by the name that `cellOf` gives it. */
export function complianceByCell<Id extends string, C extends MeasuredCommitment<Id>>(
  commitments: readonly C[],
  cellOf: (commitment: C) => string,
  period: Period,
  nowMs: number,
): Map<string, Compliance<Id>> {
  const cells = new Map<string, C[]>();
  for (const commitment of commitments) {
    const cell = cellOf(commitment);
    const known = cells.get(cell);
    if (known) known.push(commitment);
    else cells.set(cell, [commitment]);
  }
  return new Map([...cells].map(([cell, of]) => [cell, compliance<Id>(of, period, nowMs)]));
}

export function stoppedInTime({ deadlineMs, stoppedMs, late }: Pick<MeasuredCommitment, 'deadlineMs' | 'stoppedMs' | 'late'>): boolean {
  return !late && deadlineMs !== null && stoppedMs !== null && stoppedMs <= deadlineMs;
}

function fellDue({ deadlineMs, cancelled, pauses }: MeasuredCommitment, period: Period, nowMs: number): boolean {
  if (cancelled || deadlineMs === null || deadlineMs > nowMs || !isIn(period, deadlineMs)) return false;
  return !pauses.some(({ fromMs, toMs }) => fromMs <= period.endMs && (toMs === null || period.endMs < toMs));
}

const idsOf = <Id extends string>(commitments: readonly MeasuredCommitment<Id>[]): Id[] => commitments.map(({ id }) => id);
