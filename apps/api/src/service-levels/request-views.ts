import { clientChannels, severities } from '#event-sourcing';
import { requestProcesses, requestStatuses } from '#service-levels';
import { CodeField, EnumField, LocalDateField, StaffField, UuidField } from '../fields/index.js';
import { ListQuestion, PageView, Shown, ShownList, ShownNumber, ShownObject, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

const optional = { optional: true };
const objects = { type: 'array', items: { type: 'object', additionalProperties: true } } as const;

export class RequestListQuestion extends ListQuestion {
  @EnumField(requestStatuses, optional) status?: string;
  @EnumField(requestProcesses, optional) process?: string;
  @EnumField(clientChannels, optional) channel?: string;
  @EnumField(severities, optional) severity?: string;
  @UuidField(optional) clientId?: string;
  @LocalDateField({ optional: true, description: 'First day of the receipt' }) receivedFrom?: string;
  @LocalDateField({ optional: true, description: 'Last day of the receipt' }) receivedTo?: string;
  @EnumField(['yes'], { optional: true, description: 'Only what is neither completed nor cancelled' }) open?: string;
  @CodeField({ optional: true, description: 'Branch of the client' }) branch?: string;
  @StaffField({ optional: true, description: 'Who of the firm acted on it last' }) staff?: string;
  @EnumField(['staff'], { optional: true, description: 'Only those that nobody of the firm acted on yet' }) without?: string;
  @EnumField(['yes', 'no'], { optional: true, description: 'Only those whose day of receipt is not known, or is' }) undated?: string;
}

export class RequestSummaryView {
  @ShownText() requestId: string;
  @ShownText() clientId: string;
  @ShownText() branchId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownText() status: string;
  @ShownText() process: string;
  @ShownText() channel: string;
  @ShownText() severity: string;
  @ShownNumber() cycle: number;
  @ShownText('With the precision day it is the midnight of `receivedOn`; with unknown it only sorts') receivedAt: string;
  @ShownText() receivedPrecision: string;
  @ShownTextOrNull() receivedOn: string | null;
  @ShownTextOrNull() firstHumanResponseAt: string | null;
  @ShownTextOrNull('When the earliest question was asked that is open') waitingSince: string | null;
  @ShownTextOrNull() completedAt: string | null;
  @ShownTextOrNull() completedPrecision: string | null;
  @ShownTextOrNull('Local date of the completion') completedOn: string | null;
  @Shown({ type: 'array', items: { type: 'string' } }, 'Names of the steps under way') openSteps: string[];
  @ShownTextOrNull('Who of the firm acted on it last') staffId: string | null;
}

export class RequestPageView extends PageView {
  @ShownList(() => RequestSummaryView) items: RequestSummaryView[];
}

export class RequestAnswer extends RequestSummaryView {
  @ShownObject('What was received') received: object;
  @Shown(objects, 'Steps of all cycles, in the order they were started') steps: object[];
  @Shown(objects, 'Completions in order') completions: object[];
  @Shown(objects) reopenings: object[];
  @Shown({ type: 'object', additionalProperties: true, nullable: true }) cancellation: object | null;
  @ShownNumber() asOfPosition: number;
  @ShownText() asOf: string;
}
