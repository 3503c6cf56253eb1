import { type CaseRate, caseRates } from '#read-models';
import { REOPENED_WITHIN_DAYS, REPEATED_WITHIN_DAYS } from '#service-levels';
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
} from '../reads/view-fields.js';

/** Cases listed beside a rate; a shorter period lists the others. */
export const CASES_SHOWN_MAX = 1_000;

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
  @ShownNumber('Of the met: stopped by what was recorded after the deadline') keptByLateEvidence: number;
  @ShownNumber('Of the due: the receipt is known by its date alone') startKnownByDay: number;
  @ShownNumber('Cancelled after the breach; where the breach stands, it is missed as well') cancelledAfterBreach: number;
  @ShownNumber('In no percentage: stopped on a day in which the deadline lies') notMeasured: number;
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

export class CaseRateView {
  @Shown(
    { type: 'string', enum: [...caseRates] },
    `reopened: closings followed by a reopening within ${REOPENED_WITHIN_DAYS} days, of all closings in the period. A complaint is closed by its final response. repeated: complaints that came within ${REPEATED_WITHIN_DAYS} days after another one of the same client and problem, of those received in the period. upheld: upheld or partly upheld, of what was decided in the period`,
  )
  rate: CaseRate;
  @ShownNumber() numerator: number;
  @ShownNumber('What has no date is in none') denominator: number;
  @ShownNumberOrNull('numerator / denominator, rounded down; null where the denominator is 0') basisPoints: number | null;
  @Shown({ type: 'array', items: { type: 'string', format: 'uuid' } }, `The cases in the numerator, at most ${CASES_SHOWN_MAX}`)
  caseIds: string[];
}

export class CaseRatesView extends FreshView {
  @ShownText('First day of the period') from: string;
  @ShownText('Last day of the period') to: string;
  @ShownText('IANA zone of the days') zone: string;
  @ShownFlag(`${REOPENED_WITHIN_DAYS} days since the last closing of the period are not over: reopened may rise`) provisional: boolean;
  @ShownList(() => CaseRateView, 'Requests have reopened alone') items: CaseRateView[];
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
