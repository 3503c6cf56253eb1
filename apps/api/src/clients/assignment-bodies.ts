import { assignmentRoles, openItemKinds } from '#clients';
import { BooleanField, EnumField, LocalDateField, MomentField, NestedList, StaffField, UuidField } from '../fields/index.js';

const optional = { optional: true };

export class AssignBody {
  @StaffField() staffId: string;
  @EnumField(assignmentRoles) role: (typeof assignmentRoles)[number];
  @BooleanField({ description: 'The one manager who answers for the client' }) primary: boolean;
  @LocalDateField({ yearsAhead: 1, description: 'At most a year ahead' }) from: string;
  @MomentField(optional) occurredAt?: string;
}

export class OpenItemBody {
  @EnumField(openItemKinds) kind: (typeof openItemKinds)[number];
  @UuidField() id: string;
}

export class HandOverBody {
  @StaffField() from: string;
  @StaffField({ example: 'zhao.min' }) to: string;
  @LocalDateField({ yearsAhead: 1, description: 'First day of the new manager; at most a year ahead' }) on: string;
  @NestedList(() => OpenItemBody, {
    maxItems: 500,
    optional: true,
    description: 'Work that goes over. Default: every open complaint and follow-up',
  })
  openItems?: OpenItemBody[];
  @MomentField(optional) occurredAt?: string;
}

export class EndAssignmentBody {
  @StaffField() staffId: string;
  @LocalDateField({ yearsAhead: 1, description: 'First day without the assignment; the day that it began: it never was' }) to: string;
  @MomentField(optional) occurredAt?: string;
}
