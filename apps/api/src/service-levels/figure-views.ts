import { FreshView, Shown, ShownList, ShownNumber, ShownNumberOrNull, ShownObject, ShownOne, ShownText } from '../reads/view-fields.js';

class SpreadView {
  @ShownNumber('How many were measured') count: number;
  @ShownNumberOrNull('Nearest rank') p50: number | null;
  @ShownNumberOrNull() p90: number | null;
}

class ClosedCohortView {
  @ShownNumber('Stopped in the period, whenever they were due') stopped: number;
  @ShownNumber() met: number;
  @ShownNumberOrNull('Not the compliance: what is still open is not in it') basisPoints: number | null;
}

export class ComplianceCellView {
  @ShownObject('Value of each dimension asked for; null where the commitments have none') group: object;
  @ShownNumber('Deadline in the period and passed; neither cancelled nor paused') due: number;
  @ShownNumber('Stopped at or before the deadline') met: number;
  @ShownNumber('All others, also what is still open') missed: number;
  @ShownNumber('Of the missed: the breach was excused') excused: number;
  @ShownNumber('Of the missed: neither stopped nor cancelled') stillOpen: number;
  @ShownNumberOrNull('met / due, rounded down; null where nothing was due') complianceBasisPoints: number | null;
  @ShownOne(() => ClosedCohortView, 'Beside the compliance, never instead of it') closedCohort: ClosedCohortView;
  @ShownOne(() => SpreadView, 'Of the due that were stopped: physical minutes from the start to the stop') elapsedMinutes: SpreadView;
  @ShownOne(() => SpreadView, 'The same in business minutes without pauses; none of targets in days') accruedMinutes: SpreadView;
  @ShownObject('Address of the commitments behind each figure') drillDown: object;
}

export class ComplianceView extends FreshView {
  @ShownText('What was due by then is counted') dueBy: string;
  @ShownText('IANA zone of the days and months') zone: string;
  @ShownList(() => ComplianceCellView) items: ComplianceCellView[];
}

class AgeBucketView {
  @ShownText('Business days since the receipt: 0-1, 2-3, 4-5, 6-10, 11-20, >20') bucket: string;
  @ShownNumber() open: number;
  @ShownText('Address of the cases behind it') drillDown: string;
}

export class AgeingRowView {
  @ShownObject('Value of the dimension asked for; null where the cases have none') group: object;
  @ShownNumber('All open, also those whose day of receipt is not known') open: number;
  @ShownList(() => AgeBucketView) buckets: AgeBucketView[];
  @Shown({ type: 'object', additionalProperties: true }, 'Open ones whose day of receipt is not known, with their address') undated: object;
}

export class AgeingView extends FreshView {
  @ShownText() today: string;
  @ShownText('Whose business days are counted') calendar: string;
  @ShownList(() => AgeingRowView) items: AgeingRowView[];
}
