import { type Language, languages } from '#event-sourcing';
import { CALENDAR_NAME, deliveryChannels, type DeliveryChannel, MAX_EDITION_NUMBER } from '#service-levels';
import { DocumentField, EnumField, InstantField, IntegerField, LocalDateField, MomentField, patterned, Text } from '../fields/index.js';

const optional = { optional: true };
const sourceNotice = () => Text({ max: 500, description: 'The notice it comes from', example: '国办发明电〔2025〕7号' });

export class PublishCalendarBody {
  @patterned(CALENDAR_NAME, { example: 'CN_DESK' }) name: string;
  @DocumentField({ description: 'A calendar, as in what-if documents' }) calendar: object;
  @LocalDateField() effectiveFrom: string;
  @sourceNotice() sourceNotice: string;
}

export class ReviseCalendarBody {
  @DocumentField({ description: 'Days added (`closed`, `special`) or taken back (`reopened`); `week`, `zone` and `knownUntil` replace' })
  changes: object;
  @LocalDateField() effectiveFrom: string;
  @sourceNotice() sourceNotice: string;
}

/** An approval states nothing: it is of the edition as it stands at the version named. */
export class ApproveEditionBody {}

export class PublishEditionBody {
  @InstantField({ optional: true, description: 'Default: as drafted' }) effectiveFrom?: string;
}

export class RetireEditionBody {
  @InstantField({ description: 'From then on the edition is in force no more' }) at: string;
}

export class AcknowledgeEditionBody {}

export class SwitchOnPresetBody {
  @InstantField() effectiveFrom: string;
  @Text({ max: 2000, description: 'What was confirmed, and on which text of the regulation' }) confirmation: string;
}

export class SwitchOffPresetBody {
  @InstantField() at: string;
  @Text({ max: 2000 }) note: string;
}

export class DeliverEditionBody {
  @IntegerField({ min: 1, max: MAX_EDITION_NUMBER }) edition: number;
  @EnumField(deliveryChannels) channel: DeliveryChannel;
  @EnumField(languages) language: Language;
  @MomentField(optional) occurredAt?: string;
}
