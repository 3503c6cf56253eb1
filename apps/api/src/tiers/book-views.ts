import { PageView, Shown, ShownFlag, ShownList, ShownNumber, ShownNumberOrNull, ShownText, ShownTextOrNull } from '../reads/view-fields.js';
import { DistancesView } from './tier-why-views.js';

export class BookEntryView {
  @ShownText() clientId: string;
  @ShownText() clientNo: string;
  @ShownText('prospect, active or closed') status: string;
  @ShownFlag('Whether this person answers for the client') primary: boolean;
  @ShownTextOrNull('In force today') tier: string | null;
  @ShownTextOrNull('By the rules, beneath an override') ruleTier: string | null;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'overrideId, and validTo: the first day without it')
  override: object | null;
  @ShownTextOrNull('Latest month end that was evaluated') evaluatedOn: string | null;
  @ShownNumberOrNull() strikes: number | null;
  @ShownNumberOrNull('Average daily assets that it saw') adaMinor: number | null;
  @ShownTextOrNull() currency: string | null;
  @Shown({ type: () => DistancesView, nullable: true }) distances: DistancesView | null;
  @ShownTextOrNull('Latest month end that could not be evaluated, where no later one was') stoppedOn: string | null;
  @ShownTextOrNull('First day on which the risk profile holds no more') riskProfileValidUntil: string | null;
  @ShownFlag('Nothing held, and nothing done for long') dormant: boolean;
  @ShownTextOrNull() lastActivityOn: string | null;
  @Shown({ type: 'array', items: { type: 'string' } }, 'Signs of leaving; their evidence is in the client’s value') churnSignals: string[];
  @ShownNumber() openComplaints: number;
  @ShownNumber('Due by the end of today') followUpsDue: number;
  @ShownTextOrNull('The earliest that is not done') nextFollowUpAt: string | null;
}

export class BookView extends PageView {
  @ShownText() staffId: string;
  @ShownText() today: string;
  @ShownList(() => BookEntryView) items: BookEntryView[];
}
