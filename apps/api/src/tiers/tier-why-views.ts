import {
  FreshView,
  Shown,
  ShownFlag,
  ShownList,
  ShownNumber,
  ShownNumberOrNull,
  ShownObject,
  ShownOne,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';

class EvaluatedInputsView {
  @ShownText() currency: string;
  @ShownText('First day of the window of average daily assets') windowFrom: string;
  @ShownObject('Exact mean: numerator and denominator, in minor units') ada: object;
  @ShownNumber('The same, rounded half up') adaMinor: number;
  @ShownText('First day of the twelve months of net commission') commissionFrom: string;
  @ShownObject('Exact sum: numerator and denominator, in minor units') netCommission: object;
  @ShownNumber('The same, rounded half up') netCommissionMinor: number;
  @ShownNumber() accounts: number;
  @ShownNumber('Values and commissions that took part') facts: number;
}

class EvaluationView {
  @ShownText('Evaluation date; a change takes effect on the next day') on: string;
  @ShownText() ruleVersion: string;
  @ShownText('Before') current: string;
  @ShownText('Highest tier whose entry is reached') candidate: string;
  @ShownFlag('Whether a retention threshold of the current tier is reached') retained: boolean;
  @ShownText('After') tier: string;
  @ShownNumber('Consecutive evaluations below retention, outside grace') strikes: number;
  @ShownTextOrNull('Where grace is counted from') promotedFrom: string | null;
  @ShownOne(() => EvaluatedInputsView) inputs: EvaluatedInputsView;
  @ShownNumber('Facts up to this log position took part') knownTo: number;
}

class ThresholdView {
  @ShownText() tier: string;
  @ShownObject('adaMinor, netCommissionMinor: one of them is enough; empty for the lowest') entry: object;
  @ShownFlag() entered: boolean;
  @ShownObject('The same for keeping the tier; a fraction is rounded up') retention: object;
  @ShownFlag() retained: boolean;
}

export class DistancesView {
  @Shown(
    { type: 'object', additionalProperties: true, nullable: true },
    'The next tier, and what is missing by each criterion; null on the highest',
  )
  toNext: object | null;
  @Shown(
    { type: 'object', additionalProperties: true, nullable: true },
    'What is left above retention by each criterion, negative below it; null on the lowest',
  )
  aboveRetention: object | null;
}

class SourceRecordView {
  @ShownText() accountId: string;
  @ShownText() on: string;
  @ShownText() currency: string;
  @ShownText('System that said it') source: string;
  @ShownTextOrNull('The source’s own id of the record, with its version') sourceRecord: string | null;
  @ShownNumber('Log position') position: number;
}

export class AssetsSeenView extends SourceRecordView {
  @ShownNumber() totalMinor: number;
  @ShownNumberOrNull('Days of the window that it was the last known value; null where trading days count') days: number | null;
}

export class CommissionSeenView extends SourceRecordView {
  @ShownText() tradeId: string;
  @ShownText('trade or charge') kind: string;
  @ShownNumber('Commission less what is passed on') netMinor: number;
}

class StopReasonView {
  @ShownText() code: string;
  @Shown({ type: 'string', required: false }) source?: string;
  @Shown({ type: 'string', required: false }) accountId?: string;
  @Shown({ type: 'string', required: false }) detail?: string;
}

class StoppedView {
  @ShownText() on: string;
  @ShownList(() => StopReasonView) reasons: readonly StopReasonView[];
}

export class TierWhyAnswer extends FreshView {
  @ShownText() clientId: string;
  @ShownText() validDate: string;
  @ShownText() knownAt: string;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'Tier in force, rule tier and override; null where none was known')
  inForce: object | null;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Every override asked for, with its decision')
  overrides: object[];
  @Shown({ type: () => EvaluationView, nullable: true }, 'What gave the rule tier; null where it is the first one, which nobody evaluated')
  evaluation: EvaluationView | null;
  @ShownTextOrNull('When that was recorded') recordedAt: string | null;
  @ShownList(() => ThresholdView, 'Each step of the rules against what the evaluation saw') thresholds: ThresholdView[];
  @Shown({ type: () => DistancesView, nullable: true }) distances: DistancesView | null;
  @ShownList(() => AssetsSeenView, 'Values that weigh in the mean, the first thousand') assets: AssetsSeenView[];
  @ShownNumber() assetCount: number;
  @ShownList(() => CommissionSeenView, 'What counted as commission, the first thousand') commissions: CommissionSeenView[];
  @ShownNumber() commissionCount: number;
  @ShownList(() => StoppedView, 'Evaluation dates after it that could not be made, and why') stopped: StoppedView[];
}
