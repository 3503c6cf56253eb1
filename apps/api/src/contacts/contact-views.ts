import { member } from '../fields/index.js';
import { FreshView, Shown, ShownFlag, ShownNumber, ShownObject, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

/** A member of an answer that is there where it was stated. */
const Maybe = (schema: Parameters<typeof member>[0]): PropertyDecorator => member(schema, [], { optional: true });

export class ContactAnswer extends FreshView {
  @ShownText() contactId: string;
  @ShownText() clientId: string;
  @ShownNumber('For If-Match') version: number;
  @ShownText() channel: string;
  @ShownText() direction: string;
  @ShownFlag() automated: boolean;
  @ShownObject('`precision` says what is known: an instant, a day, or nothing') startedAt: object;
  @Maybe({ type: 'integer' }) durationSec?: number;
  @Maybe({ type: 'string' }) medium?: string;
  @Maybe({ type: 'string' }) process?: string;
  @Maybe({ type: 'string' }) purpose?: string;
  @Maybe({ type: 'string' }) summary?: string;
  @Maybe({ type: 'object', additionalProperties: true }) campaign?: object;
  @Shown({ type: 'array', items: { type: 'object', additionalProperties: true } }, 'Complaints and requests that it belongs to')
  links: readonly object[];
}

export class OutreachAnswer extends FreshView {
  @ShownText() outreachId: string;
  @ShownText() clientId: string;
  @ShownNumber() version: number;
  @ShownText('planned or blocked') status: string;
  @ShownText() channel: string;
  @ShownText() plannedOn: string;
  @Maybe({ type: 'string' }) productId?: string;
  @Maybe({ type: 'string' }) productRiskLevel?: string;
  @ShownFlag('Planned, though the product is above the client’s level: only their own initiative may lead to it') warned: boolean;
  @Shown({ type: 'array', items: { type: 'string' } }, 'suitability-expired, suitability-prohibited, no-assessment, complaint-open')
  reasons: readonly string[];
  @Shown({ type: 'array', items: { type: 'string' } }) openComplaints: readonly string[];
}

export class FollowUpAnswer extends FreshView {
  @ShownText() followUpId: string;
  @ShownText() clientId: string;
  @ShownTextOrNull() contactId: string | null;
  @ShownNumber('For If-Match') version: number;
  @ShownText('scheduled or completed') status: string;
  @ShownText() dueAt: string;
  @ShownText() purpose: string;
  @ShownText() owner: string;
  @ShownTextOrNull() note: string | null;
  @Shown({ type: 'object', additionalProperties: true, nullable: true }, 'When, by whom and with what note') completed: object | null;
}
