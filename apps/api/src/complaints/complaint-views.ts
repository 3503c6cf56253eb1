import { clientChannels, severities } from '#event-sourcing';
import { figureDimensions } from '#read-models';
import { CodeField, EnumField, LocalDateField, patterned, Text, UuidField } from '../fields/index.js';
import {
  FreshView,
  ListQuestion,
  PageView,
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

export const complaintStatuses = ['registered', 'acknowledged', 'finalResponseSent', 'closed', 'reopened'] as const;
const optional = { optional: true };

export class ComplaintListQuestion extends ListQuestion {
  @EnumField(complaintStatuses, optional) status?: string;
  @EnumField(clientChannels, optional) channel?: string;
  @Text({ max: 200, optional: true, description: 'A code of the taxonomy' }) product?: string;
  @UuidField(optional) clientId?: string;
  @LocalDateField({ optional: true, description: 'First day of the receipt' }) receivedFrom?: string;
  @LocalDateField({ optional: true, description: 'Last day of the receipt' }) receivedTo?: string;
  @EnumField(severities, optional) severity?: string;
  @EnumField(['yes'], { optional: true, description: 'Only what is not closed' }) open?: string;
  @CodeField({ optional: true, description: 'Branch of the client' }) branch?: string;
  @EnumField(['severity'], { optional: true, description: 'Only those that were given no severity' }) without?: string;
  @EnumField(['yes', 'no'], { optional: true, description: 'Only those whose day of receipt is not known, or is' }) undated?: string;
}

const dimension = `(?:${figureDimensions.join('|')})`;

export class FiguresQuestion {
  @patterned(`^${dimension}(?:,${dimension}){0,2}$`, {
    optional: true,
    description: 'Dimensions to group by, separated by commas: channel, product, month. Default: one figure over all',
    example: 'channel,month',
  })
  by?: string;

  @LocalDateField(optional) receivedFrom?: string;
  @LocalDateField(optional) receivedTo?: string;
}

export class ComplaintSummaryView {
  @ShownText() complaintId: string;
  @ShownText() clientId: string;
  @ShownText() branchId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownText() status: string;
  @ShownNumber() cycle: number;
  @ShownText() channel: string;
  @ShownTextOrNull('By its code in the taxonomy; null where it was stated in other words: the complaint itself shows them')
  product: string | null;
  @ShownTextOrNull() severity: string | null;
  @ShownText('With the precision day it is the midnight of `receivedOn`; with unknown it only sorts') receivedAt: string;
  @ShownText() receivedPrecision: string;
  @ShownTextOrNull() receivedOn: string | null;
  @ShownTextOrNull() acknowledgedAt: string | null;
  @ShownTextOrNull() firstHumanResponseAt: string | null;
  @ShownTextOrNull() finalResponseAt: string | null;
  @ShownTextOrNull('Local date of the first final response') answeredOn: string | null;
  @ShownTextOrNull() finalResponsePrecision: string | null;
  @ShownTextOrNull() resolution: string | null;
  @ShownTextOrNull() closedAt: string | null;
  @ShownTextOrNull('Local date of the closing') closedOn: string | null;
  @ShownTextOrNull() closedPrecision: string | null;
  @ShownFlag() disputed: boolean;
}

export class ComplaintPageView extends PageView {
  @ShownList(() => ComplaintSummaryView) items: ComplaintSummaryView[];
}

export class ComplaintAnswer extends ComplaintSummaryView {
  @ShownObject('What was registered') registered: object;
  @Shown({ type: 'object', additionalProperties: true, selfRequired: false }, 'What its source says otherwise since')
  restated?: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Final responses in order') responses: object[];
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) reopenings: object[];
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}

export class AgeView {
  @ShownNumberOrNull() p50: number | null;
  @ShownNumberOrNull() max: number | null;
}

export class ElapsedView extends AgeView {
  @ShownNumber() count: number;
  @ShownNumberOrNull() p90: number | null;
}

export class ForwardingView {
  @ShownNumber() kept: number;
  @ShownNumber() missed: number;
  @ShownNumber('Sent on before it was received, by the source’s own dates, or promised nothing') notMeasured: number;
}

export class TimelyView {
  @ShownNumber() yes: number;
  @ShownNumber() no: number;
  @ShownNumber() unsaid: number;
}

export class FigureView {
  @ShownObject('Value of each dimension asked for') group: object;
  @ShownNumber() received: number;
  @ShownNumber() open: number;
  @ShownNumber() closed: number;
  @ShownNumber() disputed: number;
  @ShownOne(() => AgeView, 'Calendar days since the receipt of those open') openAgeDays: AgeView;
  @ShownOne(() => ElapsedView) firstHumanResponseMinutes: ElapsedView;
  @ShownOne(() => ElapsedView) finalResponseMinutes: ElapsedView;
  @ShownOne(() => ForwardingView, 'Of complaints that another body forwarded: received there to sent to the firm')
  forwarding: ForwardingView;
  @ShownOne(() => TimelyView, 'Whether the firm answered in time, in the word of the body that forwarded it') timelyAtSource: TimelyView;
}

export class FiguresView extends FreshView {
  @ShownList(() => FigureView) items: FigureView[];
}
