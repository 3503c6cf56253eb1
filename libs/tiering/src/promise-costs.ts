import type { RulesHistory } from '#timekeeping';
import type { Sql } from '#database';
import type { LocalDate, Uuid } from '#event-sourcing';
import { type FullPromise, kindKey, type Metric, type PromiseClass, promisesFor, type Subject } from '#service-levels';
import type { TierName } from '#tiers';

/** What clients were promised in a period, for its handbook to say what they would have been. */
export interface PromisedInPeriod {
  rules: RulesHistory;
}

/**
 * What another tier would have cost in promised service: commitments that were started for clients who would have had
 * another tier on that day, and what their edition of the handbook promises to it.
 */
export interface PromiseCost {
  process: string;
  metric: Metric;
  /** Commitments whose promise would have been another one. */
  commitments: number;
  tighter: number;
  looser: number;
  /** Promised to the one tier, and not to the other; or by another kind of target, which cannot be compared. */
  otherwise: number;
  /** Business minutes and days less (negative: more) that would have been promised, over all of them. */
  minutesLess: number;
  daysLess: number;
}

interface Started {
  clientId: Uuid;
  process: Subject['process'];
  channel: string | null;
  severity: string | null;
  metric: Metric;
  class: PromiseClass;
  step: string | null;
  edition: number;
  startDate: LocalDate;
}

interface Moved {
  clientId: Uuid;
  tierOn: (date: LocalDate) => { was: TierName | null; is: TierName | null };
}

const STARTED = `
  SELECT client_id AS "clientId", process, channel, severity, metric, class, step, edition, start_date AS "startDate"
    FROM read.commitments WHERE client_id = ANY ($1::uuid[]) AND subject_kind = 'request' AND class = 'service' AND start_date >= $2`;

/** Sums up, a page of clients at a time. */
export class PromiseCosts {
  private readonly cells = new Map<string, PromiseCost>();

  constructor(private readonly promised: PromisedInPeriod) {}

  /** Commitments since a date of clients who would have had another tier on some day. */
  async add(db: Sql, moved: readonly Moved[], from: LocalDate): Promise<void> {
    if (moved.length === 0) return;
    const tiers = new Map(moved.map(({ clientId, tierOn }) => [clientId, tierOn]));
    const { rows } = await db.query<Started>(STARTED, [[...tiers.keys()], from]);
    for (const started of rows) this.compare(started, tiers.get(started.clientId)!(started.startDate));
  }

  result(): PromiseCost[] {
    return [...this.cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  }

  private compare(started: Started, { was, is }: ReturnType<Moved['tierOn']>): void {
    if (was === is) return;
    const [before, after] = [this.promiseTo(started, was), this.promiseTo(started, is)];
    if (JSON.stringify(before?.target) === JSON.stringify(after?.target)) return;
    const { process, metric } = started;
    const key = `${process} ${metric}`;
    const nothing = { process, metric, commitments: 0, tighter: 0, looser: 0, otherwise: 0, minutesLess: 0, daysLess: 0 };
    const cell = this.cells.get(key) ?? nothing;
    this.cells.set(key, cell);
    cell.commitments++;
    const less = lessOf(before?.target, after?.target);
    if (!less) {
      cell.otherwise++;
      return;
    }
    cell.minutesLess += less.minutes;
    cell.daysLess += less.days;
    if (less.minutes + less.days > 0) cell.tighter++;
    else cell.looser++;
  }

  private promiseTo({ edition, process, channel, severity, ...kind }: Started, tier: TierName | null): FullPromise | undefined {
    const found = this.promised.rules.handbookAt(Number.MAX_SAFE_INTEGER).find((one) => one.edition === edition);
    const subject = {
      type: 'request',
      process,
      ...(channel !== null && { channel }),
      ...(severity !== null && { severity }),
      ...(tier !== null && { tier }),
    } as Subject;
    const wanted = kindKey({ metric: kind.metric, class: kind.class, ...(kind.step !== null && { step: kind.step }) });
    return found && promisesFor(found, subject).find((promise) => kindKey(promise) === wanted);
  }
}

function lessOf(
  before: FullPromise['target'] | undefined,
  after: FullPromise['target'] | undefined,
): { minutes: number; days: number } | undefined {
  if (before?.kind === 'businessMinutes' && after?.kind === 'businessMinutes') return { minutes: before.minutes - after.minutes, days: 0 };
  if (before?.kind === 'businessDays' && after?.kind === 'businessDays') return { minutes: 0, days: before.days - after.days };
  if (before?.kind === 'calendarDays' && after?.kind === 'calendarDays') return { minutes: 0, days: before.days - after.days };
  return undefined;
}
