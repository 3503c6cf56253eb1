import {
  FreshView,
  PageView,
  Shown,
  ShownFlag,
  ShownList,
  ShownNumber,
  ShownNumberOrNull,
  ShownObject,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';

const objects = { type: 'array', items: { type: 'object', additionalProperties: true } } as const;

export class CommitmentItemView {
  @ShownText() commitmentId: string;
  @ShownText() clientId: string;
  @ShownText() branchId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownNumber('Log position of what changed it last') changedPosition: number;
  @ShownText('request or complaint') subjectKind: string;
  @ShownText() subjectId: string;
  @ShownText() metric: string;
  @ShownText() class: string;
  @ShownTextOrNull() step: string | null;
  @ShownText() promise: string;
  @ShownNumber() edition: number;
  @ShownNumber() cycle: number;
  @ShownText() process: string;
  @ShownTextOrNull('Used at the start') tier: string | null;
  @ShownTextOrNull() channel: string | null;
  @ShownTextOrNull() severity: string | null;
  @ShownTextOrNull('Who stopped it; until then, who recorded what started it') staffId: string | null;
  @ShownText() calendar: string;
  @ShownText() targetKind: string;
  @ShownText() state: string;
  @ShownText() startedAt: string;
  @ShownText("Local date in the calendar's zone") startDate: string;
  @ShownTextOrNull('null while paused') deadlineAt: string | null;
  @ShownTextOrNull("The same instant with the calendar's offset") deadlineLocal: string | null;
  @ShownTextOrNull('Of targets in days') dueDate: string | null;
  @ShownFlag('The calendar does not know the holidays up to there yet') provisional: boolean;
  @ShownTextOrNull() stoppedAt: string | null;
  @ShownTextOrNull('Stopped or cancelled; a breach whose subject was cancelled stays a breach') endedAt: string | null;
  @ShownTextOrNull() pausedSince: string | null;
  @ShownNumberOrNull('Business minutes at the stop, pauses left out; null before it and of targets in days') accruedMinutes: number | null;
  @ShownNumberOrNull() pausedMinutes: number | null;
  @ShownNumberOrNull('Physical minutes at the stop') elapsedMinutes: number | null;
  @ShownNumberOrNull('The highest warning reached') warnedPercent: number | null;
  @ShownNumber() escalationLevel: number;
  @ShownText('none, requested or excused; an excused breach stays missed') excuse: string;
  @ShownFlag('Evidence that came late has changed it') corrected: boolean;
  @ShownTextOrNull('day: its start is known by its date alone, and it runs from the earliest that it may have been') startKnownBy:
    string | null;
  @ShownTextOrNull('Its stop is known by this date alone') stoppedOn: string | null;
  @ShownText('none, or what was recorded after the deadline is waiting for a second person, confirmed or refused')
  lateEvidenceStatus: string;
  @ShownFlag('Stopped by what was recorded after the deadline') keptByLateEvidence: boolean;
  @ShownFlag('Its case was cancelled after the breach') cancelledAfterBreach: boolean;
}

export class CommitmentPageView extends PageView {
  @ShownList(() => CommitmentItemView) items: CommitmentItemView[];
}

export class LateEvidenceView {
  @ShownText('The event that states it') evidence: string;
  @ShownText('What it says happened: completed, outbound, cancelled, ...') fact: string;
  @ShownText('When that is said to have been') statedAt: string;
  @Shown({ type: 'string', required: false }, 'Its date, where no more is stated') statedOn?: string;
  @ShownText('When it was written down') recordedAt: string;
  @Shown({ type: 'string', required: false }, 'Who stated it, and may not confirm it') statedBy?: string;
  @ShownText('waiting, confirmed or refused') status: string;
}

export class LateEvidenceItemView extends CommitmentItemView {
  @ShownList(() => LateEvidenceView) lateEvidence: LateEvidenceView[];
}

export class LateEvidencePageView extends PageView {
  @ShownList(() => LateEvidenceItemView) items: LateEvidenceItemView[];
}

export class QueueItemView extends CommitmentItemView {
  @ShownNumberOrNull('Business minutes until the deadline, or what will run again after the pause; null of targets in days')
  remainingMinutes: number | null;
  @ShownNumberOrNull('Of targets in days: days until the due date, of the kind the target counts') remainingDays: number | null;
  @ShownNumber('Business minutes since the deadline has passed, 0 before') overdueMinutes: number;
}

export class QueueView extends PageView {
  @ShownText('The remaining time is counted from here') now: string;
  @ShownList(() => QueueItemView) items: QueueItemView[];
}

export class CommitmentAnswer extends CommitmentItemView {
  @Shown(objects, 'What its clock did, in order, as it stands now') clockEvents: readonly object[];
  @Shown(objects, 'Each pause, with the event that was its evidence and the one that ended it') pauses: readonly object[];
  @Shown(objects, 'Each recomputation of the deadline, with its cause') recomputations: readonly object[];
  @Shown(objects) warnings: readonly object[];
  @Shown(objects) escalations: readonly object[];
  @Shown(objects, 'What evidence that came late has changed: how it stood, and how it stands') corrections: readonly object[];
  @Shown(objects, 'What was recorded after the deadline: the event that states it, when it is said to have happened, and its status')
  lateEvidence: readonly object[];
  @Shown(objects, 'Extensions, and what was asked and decided about an excuse') acts: readonly object[];
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}

export class WhyAnswer extends FreshView {
  @ShownText() commitmentId: string;
  @ShownText() clientId: string;
  @ShownObject('request or complaint, and its id') subject: object;
  @ShownText() now: string;
  @ShownText() promise: string;
  @ShownText() metric: string;
  @ShownText() class: string;
  @ShownTextOrNull('Of the metric step') step: string | null;
  @ShownNumber() edition: number;
  @ShownNumber() cycle: number;
  @ShownText() state: string;
  @ShownText("Instants have the calendar's offset") startedAt: string;
  @ShownText() startDate: string;
  @Shown({ type: 'string', required: false }, 'day: the start is known by its date alone') startKnownBy?: string;
  @ShownTextOrNull() deadlineAt: string | null;
  @ShownTextOrNull() dueDate: string | null;
  @ShownTextOrNull() stoppedAt: string | null;
  @Shown({ type: 'string', required: false }, 'The stop is known by this date alone') stoppedOn?: string;
  @ShownFlag() provisional: boolean;
  @ShownNumberOrNull() accruedMinutes: number | null;
  @ShownNumberOrNull() pausedMinutes: number | null;
  @ShownNumberOrNull() remainingMinutes: number | null;
  @ShownNumber() elapsedMinutes: number;
  @Shown(objects) warnings: readonly object[];
  @Shown(objects) escalations: readonly object[];
  @Shown(
    objects,
    'Edition, calendar and tier used; each window that accrued; pauses with their evidence; every recomputation and its cause',
  )
  why: readonly object[];
  @Shown({ ...objects, required: false }, 'What was recorded after the deadline and waits for a second person')
  lateEvidence?: readonly object[];
  @ShownText('none, requested or excused') excuse: string;
  @Shown(objects, 'What evidence that came late has changed') corrections: readonly object[];
}
