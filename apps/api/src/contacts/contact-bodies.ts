import { clientChannels, directions } from '#event-sourcing';
import { productRiskLevels } from '#clients';
import { followUpPurposes, processes } from '#contacts';
import {
  BooleanField,
  CodeField,
  EnumField,
  InstantField,
  IntegerField,
  MomentField,
  StaffField,
  Text,
  UuidField,
} from '../fields/index.js';

const optional = { optional: true };
const DAY_SEC = 86_400;

export class LogContactBody {
  @UuidField() clientId: string;
  @EnumField(clientChannels) channel: (typeof clientChannels)[number];
  @EnumField(directions) direction: (typeof directions)[number];
  @BooleanField({ description: 'Sent by a machine; never a human response' }) automated: boolean;
  @MomentField({ description: 'When it began; a day where no more is known' }) startedAt: string;
  @IntegerField({ min: 0, max: DAY_SEC, optional: true }) durationSec?: number;
  @CodeField({ optional: true, example: 'cellular' }) medium?: string;
  @EnumField(processes, optional) process?: (typeof processes)[number];
  @Text({ max: 500, optional: true }) purpose?: string;
  @Text({ max: 8000, optional: true }) summary?: string;
  @UuidField({ optional: true, description: 'Link it to this complaint at once' }) complaintId?: string;
  @UuidField({ optional: true, description: 'Link it to this request at once; not beside a complaint' }) requestId?: string;
}

/** What is stated replaces what was logged; the first statement stays readable. */
export class AmendContactBody {
  @EnumField(clientChannels, optional) channel?: (typeof clientChannels)[number];
  @EnumField(directions, optional) direction?: (typeof directions)[number];
  @BooleanField(optional) automated?: boolean;
  @MomentField(optional) startedAt?: string;
  @IntegerField({ min: 0, max: DAY_SEC, optional: true }) durationSec?: number;
  @CodeField({ optional: true, example: 'cellular' }) medium?: string;
  @EnumField(processes, optional) process?: (typeof processes)[number];
  @Text({ max: 500, optional: true }) purpose?: string;
  @Text({ max: 8000, optional: true }) summary?: string;
}

/** One of the two. */
export class LinkContactBody {
  @UuidField(optional) complaintId?: string;
  @UuidField(optional) requestId?: string;
}

/** The product with its level, or neither. */
export class PlanOutreachBody {
  @UuidField() clientId: string;
  @EnumField(clientChannels) channel: (typeof clientChannels)[number];
  @CodeField(optional) productId?: string;
  @EnumField(productRiskLevels, optional) productRiskLevel?: (typeof productRiskLevels)[number];
}

export class ScheduleFollowUpBody {
  @UuidField() clientId: string;
  @UuidField(optional) contactId?: string;
  @InstantField({ example: '2030-03-11T10:00:00+08:00' }) dueAt: string;
  @EnumField(followUpPurposes) purpose: (typeof followUpPurposes)[number];
  @StaffField({ optional: true, description: 'Default: the caller' }) owner?: string;
  @Text({ max: 2000, optional: true }) note?: string;
}

export class CompleteFollowUpBody {
  @InstantField({ optional: true, yearsAhead: 0, description: 'Default: now; not before it was scheduled' }) completedAt?: string;
  @Text({ max: 2000, optional: true }) note?: string;
}
