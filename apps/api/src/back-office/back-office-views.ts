import { breakCodes, breakStatuses } from '#back-office';
import { messageStatuses } from '#bridge';
import { CodeField, EnumField, member } from '../fields/index.js';
import {
  ListQuestion,
  PageView,
  ShownFlag,
  ShownList,
  ShownNumber,
  ShownNumberOrNull,
  ShownOne,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';

const OptionalText = (description: string): PropertyDecorator => member({ type: 'string' }, [], { optional: true, description });

class TakenMessageView {
  @ShownText() source: string;
  @ShownText() record: string;
  @ShownNumber() version: number;
  @ShownText('applied, waiting (for an owner of its account), ignored (it came before), stale, conflict or parked') status: string;
  @OptionalText('Why it is parked') code?: string;
  @OptionalText('What is at fault in it: RFC 6901') pointer?: string;
}

export class DeliveredMessagesView {
  @ShownText() deliveryId: string;
  @ShownList(() => TakenMessageView, 'One for each message, in their order') messages: TakenMessageView[];
}

class InboxMessageView {
  @ShownText() messageId: string;
  @ShownText() source: string;
  @ShownText() record: string;
  @ShownNumber() version: number;
  @ShownTextOrNull('null where it could not be read') kind: string | null;
  @ShownTextOrNull() accountId: string | null;
  @ShownTextOrNull('The day that it is about') on: string | null;
  @ShownNumberOrNull('Total of assets, gross of a trade, amount of a movement') amountMinor: number | null;
  @ShownTextOrNull() currency: string | null;
  @ShownText() status: string;
  @ShownTextOrNull() reason: string | null;
  @ShownTextOrNull() pointer: string | null;
  @ShownText('http, kafka or file') channel: string;
  @ShownText() receivedAt: string;
  @ShownText('Digest of the bytes as they came, with a key: equal bytes have equal ones, and nobody can try values') rawSha256: string;
  @ShownNumber('How often the same came again') repeats: number;
  @ShownNumberOrNull('Log position of its fact') position: number | null;
}
export class InboxPageView extends PageView {
  @ShownList(() => InboxMessageView) items: InboxMessageView[];
}

class ConflictView {
  @ShownText() conflictId: string;
  @ShownOne(() => InboxMessageView, 'What holds') first: InboxMessageView;
  @ShownOne(() => InboxMessageView, 'What came under the same key with another content') other: InboxMessageView;
}
export class ConflictPageView extends PageView {
  @ShownList(() => ConflictView) items: ConflictView[];
}

class GapView {
  @ShownText() gapId: string;
  @ShownText() source: string;
  @ShownText() accountId: string;
  @ShownText() clientId: string;
  @ShownNumber('The first number that is missing') first: number;
  @ShownNumber() last: number;
  @ShownNumber('Log position at which it was found') position: number;
  @ShownText() foundAt: string;
  @ShownTextOrNull() closedAt: string | null;
  @ShownTextOrNull('Who said that it will never come') givenUpBy: string | null;
}
export class GapPageView extends PageView {
  @ShownList(() => GapView) items: GapView[];
}

class BreakView {
  @ShownText() breakId: string;
  @ShownText() source: string;
  @ShownText() on: string;
  @ShownText(breakCodes.join(', ')) code: string;
  @ShownTextOrNull() accountId: string | null;
  @ShownTextOrNull('The source’s record, with its version') record: string | null;
  @ShownTextOrNull('By the source') expected: string | null;
  @ShownTextOrNull('By us') observed: string | null;
  @ShownText('open, explained or closed') status: string;
  @ShownText() foundAt: string;
  @ShownTextOrNull() explanation: string | null;
  @ShownTextOrNull() reference: string | null;
  @ShownTextOrNull() explainedBy: string | null;
  @ShownTextOrNull() closedBy: string | null;
  @ShownTextOrNull('person, or vanished: a later run did not find it any more') closedCause: string | null;
}
export class BreakPageView extends PageView {
  @ShownList(() => BreakView) items: BreakView[];
}

class SourceDayView {
  @ShownText() source: string;
  @ShownText() on: string;
  @ShownText('open or completed') status: string;
  @ShownTextOrNull('Why it is open although it was stated to be complete') reason: string | null;
  @ShownFlag('The source has said that all of it was sent') stated: boolean;
  @ShownNumberOrNull('Log position of its completion') position: number | null;
}
export class SourceDayPageView extends PageView {
  @ShownList(() => SourceDayView) items: SourceDayView[];
}

export class InboxQuestion extends ListQuestion {
  @EnumField(messageStatuses, { optional: true }) status?: string;
  @CodeField({ optional: true }) source?: string;
  @CodeField({ optional: true }) accountId?: string;
}
export class ConflictQuestion extends ListQuestion {
  @CodeField({ optional: true }) source?: string;
}
export class GapQuestion extends ListQuestion {
  @EnumField(['open', 'closed'], { optional: true }) status?: string;
  @CodeField({ optional: true }) source?: string;
  @CodeField({ optional: true }) accountId?: string;
}
export class BreakQuestion extends ListQuestion {
  @EnumField(breakStatuses, { optional: true }) status?: string;
  @CodeField({ optional: true }) source?: string;
}
export class SourceDayQuestion extends ListQuestion {
  @EnumField(['open', 'completed'], { optional: true }) status?: string;
  @CodeField({ optional: true }) source?: string;
}
