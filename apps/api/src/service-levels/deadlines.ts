import { type Query, QueryBus } from '@nestjs/cqrs';
import { DeadlineExplainer, RulesReader } from '#timekeeping';
import { CaseFactsQuery, type CaseFactsView, type CommitmentItem, type CommitmentView } from '#read-models';
import { type CalendarInForce, dayOf, MINUTE_MS, type PromiseAnswer, promiseAnswer, remainingMs, type TracedClock } from '#service-levels';

export type ShownItem = CommitmentItem & { deadlineLocal: string | null };
export type QueueItem = ShownItem & { remainingMinutes: number | null; remainingDays: number | null; overdueMinutes: number };

const LATEST = Number.MAX_SAFE_INTEGER;

/** What the calendars and the clocks say of commitments that a read model holds. */
export class Deadlines {
  constructor(
    private readonly rules: RulesReader,
    private readonly explainer: DeadlineExplainer,
    private readonly bus: QueryBus,
  ) {}

  /** Each with its deadline in the zone of its calendar. */
  async shown(items: readonly CommitmentItem[]): Promise<ShownItem[]> {
    const calendars = await this.calendarsOf(items);
    return items.map((item) => ({ ...item, deadlineLocal: localDeadline(item, calendars.get(item.calendar)) }));
  }

  /** The same with the business time that is left, or has passed since. */
  async queued(items: readonly CommitmentItem[], nowMs: number, scope: string): Promise<QueueItem[]> {
    const calendars = await this.calendarsOf(items);
    return Promise.all(
      items.map(async (item) => {
        const calendar = calendars.get(item.calendar);
        const waiting = item.state === 'paused' ? await this.waitingMinutes(item, nowMs, scope) : undefined;
        return { ...item, deadlineLocal: localDeadline(item, calendar), ...timeLeft(item, calendar, nowMs), ...waiting };
      }),
    );
  }

  /** Why its clock stands as it does, from what is recorded of its case now. */
  async explained(view: CommitmentView, nowMs: number, scope: string): Promise<PromiseAnswer> {
    const clock = await this.clockOf(view, nowMs, scope);
    return clock ? promiseAnswer(clock, nowMs) : withdrawn(view);
  }

  private async clockOf({ subjectId, commitmentId }: CommitmentItem, nowMs: number, scope: string): Promise<TracedClock | undefined> {
    const facts = await this.bus.execute<Query<CaseFactsView | undefined>, CaseFactsView | undefined>(new CaseFactsQuery(subjectId, scope));
    return facts && (await this.explainer.clocksOf(facts, nowMs)).get(commitmentId);
  }

  private async waitingMinutes(item: CommitmentItem, nowMs: number, scope: string): Promise<{ remainingMinutes: number | null }> {
    const clock = await this.clockOf(item, nowMs, scope);
    return { remainingMinutes: clock?.state === 'paused' ? minutesOf(remainingMs(clock, nowMs)) : null };
  }

  private async calendarsOf(items: readonly CommitmentItem[]): Promise<ReadonlyMap<string, CalendarInForce>> {
    if (items.length === 0) return new Map();
    return (await this.rules.current([...new Set(items.map(({ calendar }) => calendar))])).calendarsAt(LATEST);
  }
}

function timeLeft(
  { targetKind, deadlineAt, dueDate, state }: CommitmentItem,
  inForce: CalendarInForce | undefined,
  nowMs: number,
): Pick<QueueItem, 'remainingMinutes' | 'remainingDays' | 'overdueMinutes'> {
  const none = { remainingMinutes: null, remainingDays: null, overdueMinutes: 0 };
  if (!inForce || deadlineAt === null || state === 'paused') return none;
  const { calendar } = inForce;
  const deadlineMs = Date.parse(deadlineAt);
  const overdueMinutes = minutesOf(calendar.accrued(deadlineMs, nowMs));
  if (targetKind === 'businessMinutes') {
    return { ...none, remainingMinutes: minutesOf(calendar.accrued(nowMs, deadlineMs)), overdueMinutes };
  }
  if (dueDate === null) return { ...none, overdueMinutes };
  const [today, due] = [calendar.dayAt(nowMs), dayOf(dueDate)];
  const days = targetKind === 'businessDays' ? calendar.workingDaysIn(today, due) : due - today;
  return { ...none, remainingDays: Math.max(0, days), overdueMinutes };
}

const localDeadline = ({ deadlineAt }: CommitmentItem, inForce: CalendarInForce | undefined): string | null =>
  deadlineAt === null || !inForce ? null : inForce.calendar.zone.print(Date.parse(deadlineAt));

const minutesOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

/** What is recorded now starts no such clock: only what its stream says is left. */
function withdrawn(view: CommitmentView): PromiseAnswer {
  const { promise, metric, class: promiseClass, step, edition, cycle, state } = view;
  const { startedAt, startDate, deadlineAt, dueDate, stoppedAt, provisional, accruedMinutes, pausedMinutes, elapsedMinutes } = view;
  return {
    promise,
    metric,
    class: promiseClass,
    ...(step !== null && { step }),
    edition,
    cycle,
    state,
    startedAt,
    startDate,
    deadlineAt,
    dueDate,
    stoppedAt,
    provisional,
    accruedMinutes,
    pausedMinutes,
    remainingMinutes: null,
    elapsedMinutes: elapsedMinutes ?? 0,
    warnings: [],
    escalations: [],
    why: [{ kind: 'note', text: 'what is recorded of the case now starts no such clock, or says no time for what would stop it' }],
  } as PromiseAnswer;
}
