import { commitmentStates, metrics, promiseClasses } from '#service-levels';
import { member } from '../fields/index.js';
import { Shown, ShownFlag, ShownList, ShownNumber, ShownNumberOrNull, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

export class WarningView {
  @ShownNumber('Of the target') percent: number;
  @ShownTextOrNull('When it was reached, or would be as things stand; null where that is open') at: string | null;
  @ShownFlag() reached: boolean;
}

export class EscalationView {
  @ShownNumber('Business minutes after the deadline') afterMinutes: number;
  @ShownText() toRole: string;
  @ShownTextOrNull('When it was reached, or would be as things stand; null where that is open') at: string | null;
  @ShownFlag() reached: boolean;
}

export class StatedLateView {
  @ShownText() fact: string;
  @ShownText() statedAt: string;
  @ShownText() recordedAt: string;
}

/** One cycle of one promise; instants with the calendar's offset. */
export class PromiseCycleView {
  @ShownText() promise: string;
  @Shown({ type: 'string', enum: [...metrics] }) metric: string;
  @Shown({ type: 'string', enum: [...promiseClasses] }) class: string;
  @member({ type: 'string' }, [], { optional: true, description: 'Of the metric step' }) step?: string;
  @ShownNumber() edition: number;
  @ShownNumber() cycle: number;
  @Shown({ type: 'string', enum: [...commitmentStates] }) state: string;
  @ShownText() startedAt: string;
  @ShownText('Local date in the calendar’s zone') startDate: string;
  @member({ type: 'string' }, [], { optional: true, description: 'day: the start is known by its date alone' }) startKnownBy?: string;
  @ShownTextOrNull('null while paused') deadlineAt: string | null;
  @ShownTextOrNull('Of day targets') dueDate: string | null;
  @ShownTextOrNull() stoppedAt: string | null;
  @member({ type: 'string' }, [], { optional: true, description: 'The stop is known by this date alone' }) stoppedOn?: string;
  @ShownFlag('Beyond the last date whose holidays are known') provisional: boolean;
  @ShownNumberOrNull('Business minutes; null of day targets') accruedMinutes: number | null;
  @ShownNumberOrNull() pausedMinutes: number | null;
  @ShownNumberOrNull() remainingMinutes: number | null;
  @ShownNumber('Physical minutes from the start to the stop, or to asOf') elapsedMinutes: number;
  @ShownList(() => WarningView) warnings: WarningView[];
  @ShownList(() => EscalationView) escalations: EscalationView[];
  @member({ type: () => StatedLateView, isArray: true }, [], {
    optional: true,
    description: 'Recorded after the deadline, and confirmed by nobody yet',
  })
  lateEvidence?: StatedLateView[];
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Each with kind and text') why: object[];
}

export class PromiseView extends PromiseCycleView {
  @member({ type: () => PromiseCycleView, isArray: true }, [], { optional: true, description: 'Earlier cycles, oldest first' })
  earlier?: PromiseCycleView[];
}

export class WhatIfInstantView {
  @ShownText() asOf: string;
  @ShownList(() => PromiseView) promises: PromiseView[];
}

export class WhatIfAnswerView {
  @ShownList(() => WhatIfInstantView) answers: WhatIfInstantView[];
}
