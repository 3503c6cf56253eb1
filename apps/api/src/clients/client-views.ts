import { clientStatuses } from '#clients';
import { CodeField, EnumField, LocalDateField, InstantField, Text, IntegerField } from '../fields/index.js';
import { PAGE_MAX } from '../reads/read-dispatcher.js';
import {
  FreshView,
  ListQuestion,
  PageView,
  ShownFlag,
  ShownList,
  ShownNumber,
  ShownObject,
  ShownOne,
  Shown,
  ShownText,
  ShownTextOrNull,
} from '../reads/view-fields.js';

export class ClientListQuestion extends ListQuestion {
  @CodeField({ optional: true }) clientNo?: string;
  @EnumField(clientStatuses, { optional: true }) status?: string;
}

/** A name is personal, so it is asked for in a body. */
export class ClientSearchBody {
  @Text({ max: 200, description: 'The whole name; case and width do not matter' }) name: string;
  @EnumField(clientStatuses, { optional: true }) status?: string;
  @IntegerField({ min: 1, max: PAGE_MAX, optional: true }) limit?: number;
  @Text({ max: 1024, optional: true }) cursor?: string;
}

export class TierHistoryQuestion {
  @LocalDateField({ optional: true, description: 'Default: today' }) validDate?: string;
  @InstantField({ optional: true, description: 'Default: now' }) knownAt?: string;
}

export class TimelineQuestion extends ListQuestion {}

export class ClientSummaryView {
  @ShownText() clientId: string;
  @ShownText() clientNo: string;
  @ShownText() branchId: string;
  @ShownText() party: string;
  @ShownText() status: string;
  @ShownFlag() provisional: boolean;
}

export class ClientPageView extends PageView {
  @ShownList(() => ClientSummaryView) items: ClientSummaryView[];
}

export class StreamVersionsView {
  @ShownNumber('For If-Match of commands to the client') client: number;
  @ShownNumber('For If-Match of commands to the assignments') assignments: number;
  @ShownNumber('For If-Match of commands to the tier') tier: number;
}

export class ClientView extends FreshView {
  @ShownText() clientId: string;
  @ShownText() clientNo: string;
  @ShownText() branchId: string;
  @ShownText() party: string;
  @ShownText() status: string;
  @ShownFlag() provisional: boolean;
  @ShownObject('Identifiers masked where the role may not see them') identity: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) reachableAt: unknown;
  @ShownText() acquisitionSource: string;
  @ShownText() registeredAt: string;
  @ShownObject() profile: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) accounts: object[];
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) assignments: readonly object[];
  @ShownTextOrNull('The manager who answers for the client today') primaryManager: string | null;
  @ShownOne(() => StreamVersionsView) versions: StreamVersionsView;
}

export class StreamView {
  @ShownText() id: string;
  @ShownText('client, assignments, contact, followUp, tier, complaint or request') kind: string;
  @ShownNumber('Version of the stream after this event') version: number;
}

export class ActorView {
  @ShownText() id: string;
  @ShownText() role: string;
}

export class TimelineItemView {
  @ShownNumber() position: number;
  @ShownText() eventId: string;
  @ShownText() type: string;
  @ShownOne(() => StreamView) stream: StreamView;
  @ShownTextOrNull() complaintId: string | null;
  @ShownTextOrNull() requestId: string | null;
  @ShownText('instant, day or unknown: `occurredAt` is there for an instant, `occurredOn` for a day') precision: string;
  @ShownText() recordedAt: string;
  @ShownOne(() => ActorView) actor: ActorView;
  @ShownTextOrNull('System that the fact was imported from') source: string | null;
  @ShownObject('What happened, by the type of the event') data: unknown;
}

export class TimelineView extends PageView {
  @ShownList(() => TimelineItemView) items: TimelineItemView[];
}

export class TierInForceView {
  @ShownText() tier: string;
  @ShownTextOrNull() ruleTier: string | null;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }) override: object | null;
}

export class TierSpanView extends TierInForceView {
  @ShownText() validFrom: string;
  @ShownTextOrNull() validTo: string | null;
}

export class TierHistoryAnswer extends FreshView {
  @ShownText() clientId: string;
  @ShownText() validDate: string;
  @ShownText() knownAt: string;
  @Shown(
    { type: 'object', additionalProperties: true, nullable: true },
    'The tier on that date as known at that instant, null where none was known',
  )
  inForce: object | null;
  @ShownList(() => TierSpanView) history: TierSpanView[];
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }) overrides: object[];
}
