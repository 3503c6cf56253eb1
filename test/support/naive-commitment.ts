import type { Severity } from '#event-sourcing';
import type { HandbookEdition, PromiseAnswer, ServicePromise, Target } from '../../libs/service-levels/src/format/format.js';
import { dateOf, type NaiveCalendar, offsetMs } from './naive-clock.js';

const minuteMs = 60_000;

/** An entry of an answer without its reasons. */
export type Printed = Omit<PromiseAnswer, 'why' | 'earlier'> & { earlier?: Printed[] };
export type Policy = ServicePromise &
  Required<Pick<ServicePromise, 'class' | 'pausable' | 'tierMode' | 'minRemainingMinutes' | 'reopenMode' | 'reopenFloorMinutes'>>;

type DayTarget = Exclude<Target, { kind: 'businessMinutes' }>;

interface Position {
  /** Null while paused. */
  deadline: number | null;
  /** Of day targets. */
  due: string | null;
  /** The target in force as a policy states it. */
  target: Target;
  /** Of business minutes: the target in force, of a resumed cycle what was left of it. */
  targetMs: number;
  /** Of business minutes: what accrues until the deadline; more than the target where `minRemainingMinutes` gave more. */
  goalMs: number;
  extraDays: number;
  /** Of day targets: so much business time since then is left at least, though not beyond what was promised before. */
  least: { from: number; ms: number; before: DayTarget } | undefined;
}

/** One commitment: one cycle of one promise. */
export class NaiveCommitment {
  readonly policy: Policy;
  private readonly pauses: { from: number; to: number | null }[] = [];
  private readonly warned = new Map<number, number>();
  private now: Position;
  private changedAt: number;
  private breached = false;
  private over: { at: number; how: 'stopped' | 'cancelled' | 'notMeasured' } | undefined;
  private stoppedOn: string | undefined;
  readonly late: NonNullable<Printed['lateEvidence']> = [];

  constructor(
    policy: ServicePromise,
    readonly edition: HandbookEdition,
    readonly cycle: number,
    private calendar: NaiveCalendar,
    private readonly startedAt: number,
    private readonly firstTarget: Target,
    firstTargetMs: number | undefined,
    public tier: string | undefined,
    public severity: Severity | undefined,
    /** Where no more is known of the start than its date. */
    private readonly startedOn?: string,
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
    const target = firstTarget;
    const targetMs = firstTargetMs ?? (target.kind === 'businessMinutes' ? target.minutes * minuteMs : 0);
    this.now = { deadline: null, due: null, target, targetMs, goalMs: targetMs, extraDays: 0, least: undefined };
    if (target.kind === 'businessMinutes') this.now.deadline = calendar.reach(startedAt, targetMs);
    else this.now = { ...this.now, ...this.dayGoal(target, 0, undefined) };
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
      if (reached === null || this.warned.has(percent)) continue;
      // A threshold that a change moved into the past is reached at the change; one after the deadline warns of nothing.
      const warnedAt = Math.max(reached, this.changedAt);
      if (warnedAt <= Math.min(at, this.now.deadline ?? at)) this.warned.set(percent, warnedAt);
    }
    if (this.now.deadline !== null && this.now.deadline < at) this.breached = true;
  }

  private reachedPercent(percent: number, pauses = this.pauses): number | null {
    if (!this.business) return this.startedAt + Math.round((percent * ((this.now.deadline ?? 0) - this.startedAt)) / 100);
    const reached = this.calendar.reachOutside(pauses, this.startedAt, (percent * this.now.goalMs) / 100);
    return reached === null ? null : Math.ceil(reached);
  }

  pause(at: number): void {
    if (!this.policy.pausable || this.policy.class === 'regulatory' || !this.business) return;
    if (this.over !== undefined || this.breached || this.openPause !== undefined) return;
    this.pauses.push({ from: at, to: null });
    this.now.deadline = null;
  }

  resume(at: number): void {
    const pause = this.openPause;
    if (this.over !== undefined || pause === undefined) return;
    pause.to = at;
    // Asked at the very deadline: a pause takes nothing from time that has already accrued.
    const spent = this.now.goalMs <= this.accruedMs(at) && this.changedAt <= pause.from;
    this.now.deadline = spent ? pause.from : this.asIfResumed(at);
  }

  private asIfResumed(at: number): number {
    return this.calendar.reach(at, this.now.goalMs - this.accruedMs(at));
  }

  end(at: number, how: 'stopped' | 'cancelled'): void {
    if (this.over === undefined) this.over = { at, how };
  }

  /** Stopped somewhere in `[from, until]`, on a date. */
  endByDay(from: number, until: number, date: string): void {
    if (this.over !== undefined) return;
    if (!this.business && this.now.due !== null && date > this.now.due) this.breached = true;
    const somewhereInside = this.business && !this.breached && this.now.deadline !== null && this.now.deadline < until;
    this.over = { at: from, how: somewhereInside ? 'notMeasured' : 'stopped' };
    if (!somewhereInside) this.stoppedOn = date;
  }

  get missed(): boolean {
    return this.breached && this.over?.how !== 'notMeasured';
  }

  extend(at: number, days: number): void {
    if (this.over !== undefined || this.breached || this.now.due === null || this.now.target.kind !== 'calendarDays') return;
    if (dateOf(this.calendar.zone, at) > this.now.due) return;
    const extraDays = this.now.extraDays + days;
    this.changedAt = at;
    this.now = { ...this.now, extraDays, ...this.dayGoal(this.now.target, extraDays, this.now.least) };
  }

  /** The rule of a favourable change; whether the deadline moved. */
  retarget(at: number, target: Target): boolean {
    if (this.over !== undefined || this.breached || target.kind !== this.firstTarget.kind) return false;
    const candidate = target.kind === 'businessMinutes' ? this.minuteCandidate(at, target) : this.dayCandidate(at, target);
    const earlier =
      this.now.deadline === null
        ? candidate.goalMs < this.now.goalMs
        : candidate.deadline !== null && candidate.deadline < this.now.deadline;
    if (!earlier) return false;
    this.changedAt = at;
    this.now = candidate;
    return true;
  }

  private minuteCandidate(at: number, target: Extract<Target, { kind: 'businessMinutes' }>): Position {
    const [targetMs, leastMs] = [target.minutes * minuteMs, this.policy.minRemainingMinutes * minuteMs];
    const accrued = this.accruedMs(at);
    const exceeded = accrued > targetMs;
    const goalMs = exceeded ? accrued + leastMs : targetMs;
    const to = exceeded ? this.calendar.reach(at, leastMs) : this.calendar.reachOutside(this.pauses, this.startedAt, targetMs);
    return { ...this.now, target, targetMs, goalMs, deadline: this.now.deadline === null ? null : to };
  }

  private dayCandidate(at: number, target: DayTarget): Position {
    const { extraDays } = this.now;
    const passed = this.dayGoal(target, extraDays, undefined).deadline < at;
    const before = this.now.target as DayTarget;
    const least = passed ? { from: at, ms: this.policy.minRemainingMinutes * minuteMs, before } : undefined;
    return { ...this.now, target, least, ...this.dayGoal(target, extraDays, least) };
  }

  private dayGoal(target: Target, extraDays: number, least: Position['least']): { deadline: number; due: string } {
    const { at: deadline, due } = this.calendar.dayDeadline(target as DayTarget, this.startedAt, extraDays, this.startedOn);
    if (least === undefined) return { deadline, due };
    const leftUntil = this.calendar.reach(least.from, least.ms);
    const before = this.calendar.dayDeadline(least.before, this.startedAt, extraDays, this.startedOn);
    const kept =
      leftUntil < before.at ? { deadline: leftUntil, due: this.dateBefore(leftUntil) } : { deadline: before.at, due: before.due };
    return kept.deadline > deadline ? kept : { deadline, due };
  }

  /** Another calendar: told again from the original start; one that is brought forward is never before the recording. */
  revise(at: number, calendar: NaiveCalendar): void {
    if (this.over !== undefined || this.breached) return;
    const was = this.now;
    this.now = { ...was };
    this.calendar = calendar;
    this.changedAt = at;
    if (was.deadline === null) {
      this.now.goalMs = Math.max(was.goalMs, this.accruedMs(at));
      return;
    }
    if (was.due === null) this.now.deadline = calendar.reachOutside(this.pauses, this.startedAt, was.goalMs);
    else this.now = { ...was, ...this.dayGoal(was.target, was.extraDays, was.least) };
    if ((this.now.deadline ?? 0) >= Math.min(was.deadline, at)) return;
    this.now.deadline = at;
    if (was.due === null) this.now.goalMs = this.accruedMs(at);
    else this.now.due = this.dateBefore(at);
  }

  private dateBefore(at: number): string {
    return dateOf(this.calendar.zone, at - 1);
  }

  print(asOf: number): Printed {
    const { policy, calendar, startedAt, over, breached } = this;
    const end = over?.at ?? asOf;
    const paused = over === undefined && this.openPause !== undefined;
    // Stopped while paused: shown as if it had resumed at the stop.
    const deadline = over?.how === 'stopped' && this.openPause !== undefined ? this.asIfResumed(over.at) : this.now.deadline;
    const due = this.now.due;
    const lastDate = due ?? (deadline === null ? null : this.dateBefore(deadline));
    const floored = (ms: number) => (this.business ? Math.floor(ms / minuteMs) : null);
    const pausedMs = this.pauses.reduce((sum, { from, to }) => sum + calendar.accrued(from, Math.min(to ?? end, end)), 0);
    const ended =
      over?.how === 'notMeasured'
        ? 'notMeasured'
        : over?.how === 'cancelled'
          ? breached
            ? 'breached'
            : 'cancelled'
          : breached
            ? 'completedLate'
            : 'met';
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
      startDate: this.startedOn ?? dateOf(calendar.zone, startedAt),
      ...(this.startedOn === undefined ? {} : { startKnownBy: 'day' as const }),
      deadlineAt: deadline === null ? null : this.instant(deadline),
      dueDate: due,
      stoppedAt: over?.how === 'stopped' ? this.instant(over.at) : null,
      ...(this.stoppedOn === undefined ? {} : { stoppedOn: this.stoppedOn }),
      provisional: lastDate !== null && calendar.knownUntil !== undefined && lastDate > calendar.knownUntil,
      accruedMinutes: floored(this.accruedMs(end)),
      pausedMinutes: floored(pausedMs),
      remainingMinutes: floored(deadline === null ? this.now.goalMs - this.accruedMs(end) : calendar.accrued(end, Math.max(end, deadline))),
      elapsedMinutes: Math.floor((end - startedAt) / minuteMs),
      warnings: [...(policy.warnings ?? [])]
        .sort((a, b) => a - b)
        .map((percent) => {
          const reached = this.warned.get(percent);
          const ahead = deadline === null ? null : this.reachedPercent(percent, this.pauses.map((one) => ({ ...one, to: one.to ?? end }))); // prettier-ignore
          const at = reached ?? (ahead === null ? null : Math.max(ahead, this.changedAt));
          return { percent, at: at === null ? null : this.instant(at), reached: reached !== undefined };
        }),
      escalations: [...(policy.escalations ?? [])]
        .toSorted((a, b) => a.afterMinutes - b.afterMinutes)
        .map(({ afterMinutes, toRole }) => {
          const at = deadline === null ? null : calendar.reach(deadline, afterMinutes * minuteMs);
          return { afterMinutes, toRole, at: at === null ? null : this.instant(at), reached: breached && at !== null && at <= end };
        }),
      ...(this.missed && this.late.length > 0 ? { lateEvidence: this.late } : {}),
    };
  }

  /** With the calendar's offset; milliseconds only where there are any. */
  instant(at: number): string {
    const offset = offsetMs(this.calendar.zone, at);
    const local = new Date(at + offset).toISOString().replace('.000Z', '').replace('Z', '');
    const of = new Date(Math.abs(offset)).toISOString().slice(11, 16);
    return `${local}${offset < 0 ? '-' : '+'}${of}`;
  }
}
