import { clientChannels, complaintOutcomes, severities } from '#event-sourcing';
import { reopenReasons, resolutions } from '#complaints';
import {
  AmountBody,
  AmountField,
  BooleanField,
  CodeField,
  EnumField,
  MomentField,
  Nested,
  Sha256Field,
  StaffList,
  Text,
  UuidField,
} from '../fields/index.js';

const optional = { optional: true };

export class SubjectBody {
  @Text({
    max: 200,
    example: 'fund',
    description: 'A word of the taxonomy, by its code or as it is called; other words are kept encrypted',
  })
  product: string;
  @Text({ max: 200, optional: true }) subProduct?: string;
  @Text({ max: 200, optional: true }) problem?: string;
  @Text({ max: 200, optional: true }) subProblem?: string;
}

export class ForwardingBody {
  @Text({ max: 200, description: 'The body that took the complaint and passed it on' }) body: string;
  @MomentField({ yearsAhead: 0 }) forwardedAt: string;
  @Text({ max: 200, optional: true }) statusAtSource?: string;
  @BooleanField(optional) timelyAtSource?: boolean;
  @BooleanField(optional) disputedAtSource?: boolean;
}

export class RegisterComplaintBody {
  @UuidField() clientId: string;
  @MomentField({ description: 'First receipt; a day where no more is known' }) receivedAt: string;
  @EnumField(clientChannels) channel: (typeof clientChannels)[number];
  @Nested(() => SubjectBody) subject: SubjectBody;
  @EnumField(severities, optional) provisionalSeverity?: (typeof severities)[number];
  @BooleanField(optional) written?: boolean;
  @Text({ max: 200, optional: true }) complainant?: string;
  @Text({ max: 200, optional: true }) onBehalfOf?: string;
  @CodeField(optional) accountId?: string;
  @Text({ max: 20_000, optional: true, description: 'In the words of the complainant' }) allegation?: string;
  @AmountField(optional) disputedAmount?: AmountBody;
  @StaffList({ maxItems: 50, optional: true }) staffInvolved?: string[];
  @Text({ max: 200, optional: true, description: 'The legal entity complained about, where it is not the firm' }) respondent?: string;
  @CodeField(optional) regulatorRef?: string;
  @Nested(() => ForwardingBody, optional) forwarding?: ForwardingBody;
}

export class AcknowledgeComplaintBody {
  @BooleanField({ optional: true, description: 'Sent by a machine; default false' }) automated?: boolean;
  @EnumField(clientChannels, optional) channel?: (typeof clientChannels)[number];
  @MomentField(optional) occurredAt?: string;
}

export class SendFinalResponseBody {
  @EnumField(resolutions) resolution: (typeof resolutions)[number];
  @EnumField(complaintOutcomes, optional) outcome?: (typeof complaintOutcomes)[number];
  @EnumField(clientChannels, optional) channel?: (typeof clientChannels)[number];
  @Text({ max: 20_000, optional: true }) summary?: string;
  @AmountField(optional) relief?: AmountBody;
  @Sha256Field({ optional: true, description: 'SHA-256 of the document as sent' }) documentHash?: string;
  @BooleanField(optional) externalRightsIncluded?: boolean;
  @MomentField(optional) occurredAt?: string;
}

export class RecordAcceptanceBody {
  @MomentField(optional) occurredAt?: string;
}

export class RecordDisputeBody {
  @Text({ max: 4000, optional: true }) reason?: string;
  @MomentField(optional) occurredAt?: string;
}

export class CloseComplaintBody {
  @MomentField(optional) occurredAt?: string;
}

export class ReopenComplaintBody {
  @EnumField(reopenReasons) reason: (typeof reopenReasons)[number];
  @Text({ max: 4000, optional: true }) note?: string;
  @MomentField(optional) occurredAt?: string;
}
