import { clientChannels, severities } from '#event-sourcing';
import { cancelReasons, requestProcesses, requestReopenReasons, STEP_NAME } from '#service-levels';
import { CodeField, EnumField, MomentField, patterned, Text, UuidField } from '../fields/index.js';

const optional = { optional: true };
/** A pause needs a question that reached the client (clocks.md, "Evidence"). */
const reachingChannels = clientChannels.filter((channel) => channel !== 'unknown');
const stepField = () => patterned(STEP_NAME, { description: 'As the promises of the handbook name it', example: 'document-check' });

export class ReceiveRequestBody {
  @UuidField() clientId: string;
  @MomentField({ description: 'First receipt; a day where no more is known' }) receivedAt: string;
  @EnumField(requestProcesses) process: (typeof requestProcesses)[number];
  @EnumField(clientChannels) channel: (typeof clientChannels)[number];
  @EnumField(severities, { optional: true, description: 'Default: normal' }) severity?: (typeof severities)[number];
  @Text({ max: 500, optional: true, description: 'What the client asks for, in a line' }) subject?: string;
  @CodeField(optional) accountId?: string;
}

export class StartRequestBody {
  @MomentField(optional) occurredAt?: string;
}

export class StartStepBody {
  @stepField() step: string;
  @MomentField(optional) occurredAt?: string;
}

export class CompleteStepBody {
  @stepField() step: string;
  @MomentField(optional) occurredAt?: string;
}

export class AskClientBody {
  @Text({ max: 4000 }) question: string;
  @EnumField(reachingChannels, { description: 'By which the question reached the client' }) channel: (typeof reachingChannels)[number];
  @MomentField(optional) occurredAt?: string;
}

export class RecordClientReplyBody {
  @Text({ max: 8000, optional: true, description: 'In the words of the client' }) reply?: string;
  @EnumField(clientChannels, optional) channel?: (typeof clientChannels)[number];
  @MomentField(optional) occurredAt?: string;
}

export class CompleteRequestBody {
  @Text({ max: 8000, optional: true }) summary?: string;
  @MomentField(optional) occurredAt?: string;
}

export class CancelRequestBody {
  @EnumField(cancelReasons) reason: (typeof cancelReasons)[number];
  @Text({ max: 4000, optional: true }) note?: string;
  @MomentField(optional) occurredAt?: string;
}

export class ReopenRequestBody {
  @EnumField(requestReopenReasons) reason: (typeof requestReopenReasons)[number];
  @Text({ max: 4000, optional: true }) note?: string;
  @MomentField(optional) occurredAt?: string;
}

export class RaiseSeverityBody {
  @EnumField(severities) to: (typeof severities)[number];
  @MomentField(optional) occurredAt?: string;
}
