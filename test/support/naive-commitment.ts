import type { HandbookEdition, PromiseAnswer, ServicePromise, Target } from '../../libs/service-levels/src/format.js';
import { dateOf, type NaiveCalendar, offsetMs } from './naive-clock.js';

const minuteMs = 60_000;

/** An entry of an answer without its reasons. */
export type Printed = Omit<PromiseAnswer, 'why' | 'earlier'> & { earlier?: Printed[] };
export type Policy = ServicePromise &
  Required<Pick<ServicePromise, 'class' | 'pausable' | 'tierMode' | 'minRemainingMinutes' | 'reopenMode' | 'reopenFloorMinutes'>>;

/** What moves a deadline; the deadline at any moment is these, told again from the start under one calendar. */
type Move =
  | { at: number; move: 'pause' | 'resume' }
  | { at: number; move: 'retarget'; target: Target; remainingMs: number }
  | { at: number; move: 'extend'; days: number };

interface Position {
  /** Null while paused. */
  deadline: number | null;
  /** Of day targets. */
  due: string | null;
  /** While paused: what remains of the target. */
  remaining: number;
  /** The nominal target in force. */
  target: Target;
  /** Of business minutes: the target, of a resumed cycle what was left of it. */
  targetMs: number;
  extraDays: number;
}

/** One commitment: one cycle of one promise. */
export class NaiveCommitment {
  readonly policy: Policy;
  private readonly moves: Move[] = [];
  private readonly pauses: { from: number; to: number | null }[] = [];
  private readonly warned = new Map<number, number>();
  private now: Position;
  private changedAt: number;
  private breached = false;
  private over: { at: number; how: 'stopped' | 'cancelled' } | undefined;

  constructor(
    policy: ServicePromise,
    readonly edition: HandbookEdition,
    readonly cycle: number,
    private calendar: NaiveCalendar,
    private readonly startedAt: number,
    private readonly firstTarget: Target,
    private readonly firstTargetMs: number | undefined,
  ) {
    this.policy = {
      ...policy,
      class: policy.class ?? 'service',
      pausable: policy.pausable ?? false,
      tierMode: policy.tierMode ?? 'frozen',
      minRemainingMinutes: policy.minRemainingMinutes ?? 0,
      reopenMode: policy.reopenMode ?? 'resume_original',
      reopenFloorMinutes: policy.reopenFloorMinutes ?? 0,
    };
    this.changedAt = startedAt;
    this.now = this.retold(calendar);
  }

  get ended(): boolean {
    return this.over !== undefined;
  }

  /** The full target in force: the promise's, or the one a tier or severity change brought. */
  get fullTarget(): Target {
    return this.now.target;
  }

  /** Ms of the target in force that had not accrued when the clock ended, never negative; undefined for day targets. */
  get unusedMs(): number | undefined {
    return this.business ? Math.max(0, this.now.targetMs - this.accruedMs(this.over?.at ?? this.startedAt)) : undefined;
  }

  private get business(): boolean {
    return this.firstTarget.kind === 'businessMinutes';
  }

  private get openPause(): { from: number; to: number | null } | undefined {
    return this.pauses.find(({ to }) => to === null);
  }

  private accruedMs(at: number): number {
    return this.calendar.accruedOutside(this.pauses, this.startedAt, at);
  }

  /** Everything time alone brings up to an instant: the end of a pause, warnings, the breach. */
  advanceTo(at: number): void {
    if (this.over !== undefined) return;
    const { maxPauseMinutes } = this.policy;
    if (this.openPause !== undefined && maxPauseMinutes !== undefined) {
      const end = Math.max(this.calendar.reach(this.openPause.from, maxPauseMinutes * minuteMs), this.changedAt);
      if (end <= at) this.resume(end);
    }
    for (const percent of this.policy.warnings ?? []) {
      const reached = this.reachedPercent(percent);
      // A threshold that a change moved into the past is reached at the change.
      if (reached !== null && !this.warned.has(percent) && Math.max(reached, this.changedAt) <= at)
        this.warned.set(percent, Math.max(reached, this.changedAt));
    }
    if (this.now.deadline !== null && this.now.deadline < at) this.breached = true;
  }

  private reachedPercent(percent: number): number | null {
    if (this.business) return this.calendar.reachOutside(this.pauses, this.startedAt, (percent / 100) * this.now.targetMs);
    return this.startedAt + Math.ceil((percent / 100) * ((this.now.deadline ?? 0) - this.startedAt));
  }

  pause(at: number): void {
    if (!this.policy.pausable || this.policy.class === 'regulatory' || !this.business) return;
    if (this.over !== undefined || this.breached || this.openPause !== undefined) return;
    this.pauses.push({ from: at, to: null });
    this.move({ at, move: 'pause' });
  }

  resume(at: number): void {
    if (this.over !== undefined || this.openPause === undefined) return;
    this.openPause.to = at;
    this.move({ at, move: 'resume' });
  }

  end(at: number, how: 'stopped' | 'cancelled'): void {
    if (this.over === undefined) this.over = { at, how };
  }

  extend(at: number, days: number): void {
    if (this.over !== undefined || this.breached || this.now.due === null || this.firstTarget.kind !== 'calendarDays') return;
    if (dateOf(this.calendar.zone, at) > this.now.due) return;
    this.move({ at, move: 'extend', days });
  }

  retarget(at: number, target: Target): void {
    if (this.over !== undefined || this.breached || target.kind !== this.firstTarget.kind) return;
    this.changedAt = at;
    this.move({ at, move: 'retarget', target, remainingMs: this.policy.minRemainingMinutes * minuteMs });
  }

  revise(at: number, calendar: NaiveCalendar): void {
    if (this.over !== undefined || this.breached) return;
    const before = this.now.deadline;
    this.calendar = calendar;
    this.changedAt = at;
    this.now = this.retold(calendar);
    // One that is brought forward is never before the recording.
    if (before !== null && this.now.deadline !== null && this.now.deadline < before && this.now.deadline < at)
      this.now = { ...this.now, deadline: at, due: this.now.due && this.dateBefore(at) };
  }

  private move(move: Move): void {
    this.moves.push(move);
    this.now = this.moved(this.now, move, this.calendar);
  }

  /** The course so far under a calendar, from the original start. */
  private retold(calendar: NaiveCalendar): Position {
    const { firstTarget: target, startedAt } = this;
    const first: Position = { deadline: null, due: null, remaining: 0, target, targetMs: 0, extraDays: 0 };
    if (target.kind === 'businessMinutes') {
      first.targetMs = this.firstTargetMs ?? target.minutes * minuteMs;
      first.deadline = calendar.reach(startedAt, first.targetMs);
    } else ({ at: first.deadline, due: first.due } = calendar.dayDeadline(target, startedAt, 0));
    return this.moves.reduce((position, move) => this.moved(position, move, calendar), first);
  }

  private moved(was: Position, move: Move, calendar: NaiveCalendar): Position {
    switch (move.move) {
      case 'pause':
        return { ...was, deadline: null, remaining: calendar.accrued(move.at, was.deadline ?? move.at) };
      case 'resume':
        return { ...was, deadline: calendar.reach(move.at, was.remaining) };
      case 'retarget':
        return this.retargeted(was, move, calendar);
      case 'extend': {
        if (was.target.kind !== 'calendarDays') return was;
        const extraDays = was.extraDays + move.days;
        const { at, due } = calendar.dayDeadline(was.target, this.startedAt, extraDays);
        return { ...was, extraDays, deadline: at, due };
      }
    }
  }

  private retargeted(was: Position, move: Extract<Move, { move: 'retarget' }>, calendar: NaiveCalendar): Position {
    const { at, target, remainingMs } = move;
    if (target.kind !== 'businessMinutes') {
      const candidate = calendar.dayDeadline(target, this.startedAt, 0);
      if (candidate.at < at) candidate.due = this.dateBefore((candidate.at = calendar.reach(at, remainingMs)));
      if (candidate.at >= (was.deadline ?? 0)) return was;
      return { ...was, target, extraDays: 0, deadline: candidate.at, due: candidate.due };
    }
    const targetMs = target.minutes * minuteMs;
    const pauses = this.pauses.filter(({ from }) => from <= at);
    const accrued = calendar.accruedOutside(pauses, this.startedAt, at);
    if (was.deadline === null) {
      const remaining = accrued > targetMs ? remainingMs : targetMs - accrued;
      return remaining < was.remaining ? { ...was, target, targetMs, remaining } : was;
    }
    const candidate = accrued > targetMs ? calendar.reach(at, remainingMs) : calendar.reachOutside(pauses, this.startedAt, targetMs);
    return candidate !== null && candidate < was.deadline ? { ...was, target, targetMs, deadline: candidate } : was;
  }

  private dateBefore(at: number): string {
    return dateOf(this.calendar.zone, at - 1);
  }

  print(asOf: number): Printed {
    const { policy, calendar, startedAt, over, breached } = this;
    const end = over?.at ?? asOf;
    const paused = over === undefined && this.openPause !== undefined;
    // Ended while paused: shown as if it had resumed at the end.
    const deadline = over !== undefined && this.openPause !== undefined ? calendar.reach(over.at, this.now.remaining) : this.now.deadline;
    const due = this.now.due;
    const lastDate = due ?? (deadline === null ? null : this.dateBefore(deadline));
    const floored = (ms: number) => (this.business ? Math.floor(ms / minuteMs) : null);
    const pausedMs = this.pauses.reduce((sum, { from, to }) => sum + calendar.accrued(from, Math.min(to ?? end, end)), 0);
    const ended = over?.how === 'cancelled' ? (breached ? 'breached' : 'cancelled') : breached ? 'completedLate' : 'met';
    const open = paused ? 'paused' : breached ? 'breached' : 'running';
    return {
      promise: policy.id,
      metric: policy.metric,
      class: policy.class,
      ...(policy.step === undefined ? {} : { step: policy.step }),
      edition: this.edition.edition,
      cycle: this.cycle,
      state: over === undefined ? open : ended,
      startedAt: this.instant(startedAt),
      startDate: dateOf(calendar.zone, startedAt),
      deadlineAt: deadline === null ? null : this.instant(deadline),
      dueDate: due,
      stoppedAt: over === undefined ? null : this.instant(over.at),
      provisional: lastDate !== null && calendar.knownUntil !== undefined && lastDate > calendar.knownUntil,
      accruedMinutes: floored(this.accruedMs(end)),
      pausedMinutes: floored(pausedMs),
      remainingMinutes: floored(deadline === null ? this.now.remaining : calendar.accrued(end, Math.max(end, deadline))),
      elapsedMinutes: Math.floor((end - startedAt) / minuteMs),
      warnings: (policy.warnings ?? []).flatMap((percent) => {
        const at = this.warned.get(percent);
        return at === undefined ? [] : [{ percent, at: this.instant(at) }];
      }),
      escalations: (breached && deadline !== null ? (policy.escalations ?? []) : [])
        .map(({ afterMinutes, toRole }) => ({ afterMinutes, toRole, at: calendar.reach(deadline ?? 0, afterMinutes * minuteMs) }))
        .filter(({ at }) => at <= end)
        .map(({ at, ...rest }) => ({ ...rest, at: this.instant(at) })),
    };
  }

  /** With the calendar's offset; milliseconds only where there are any. */
  private instant(at: number): string {
    const offset = offsetMs(this.calendar.zone, at);
    const local = new Date(at + offset).toISOString().replace('.000Z', '').replace('Z', '');
    const of = new Date(Math.abs(offset)).toISOString().slice(11, 16);
    return `${local}${offset < 0 ? '-' : '+'}${of}`;
  }
}
