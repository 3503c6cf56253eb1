import {
  accountRoles,
  acquisitionSources,
  ageBands,
  liquidityNeeds,
  partyKinds,
  reachableChannels,
  riskPreferences,
  sexes,
} from '#clients';
import {
  BooleanField,
  CodeField,
  EnumField,
  InstantField,
  IntegerField,
  LocalDateField,
  MomentField,
  MoneyBody,
  MoneyField,
  Nested,
  NestedList,
  Text,
  TextList,
} from '../fields/index.js';

const optional = { optional: true };

export class IdentityBody {
  @Text({ max: 200, optional: true, example: '王芳' }) name?: string;
  @Text({ max: 64, optional: true }) idNumber?: string;
  @LocalDateField({ optional: true, example: '1984-05-17', yearsAhead: 0 }) birthDate?: string;
}

export class ReachableBody {
  @EnumField(reachableChannels) channel: (typeof reachableChannels)[number];
  @Text({ max: 320 }) address: string;
}

export class ExternalProfileBody {
  @Text({ max: 100, optional: true, example: 'Shanghai' }) region?: string;
  @Text({ max: 20, optional: true }) postalCode?: string;
  @Text({ max: 200, optional: true }) organisation?: string;
}

export class CreditBody {
  @BooleanField(optional) inDefault?: boolean;
  @BooleanField(optional) housingLoan?: boolean;
  @BooleanField(optional) personalLoan?: boolean;
}

export class InternalProfileBody {
  @EnumField(ageBands, optional) ageBand?: (typeof ageBands)[number];
  @EnumField(sexes, optional) sex?: (typeof sexes)[number];
  @Text({ max: 100, optional: true }) occupation?: string;
  @Text({ max: 60, optional: true }) incomeBand?: string;
  @Text({ max: 60, optional: true }) maritalStatus?: string;
  @Text({ max: 60, optional: true }) education?: string;
  @MoneyField(optional) averageBalance?: MoneyBody;
  @Nested(() => CreditBody, optional) credit?: CreditBody;
}

export class ProfileBody {
  @Nested(() => ExternalProfileBody, optional) external?: ExternalProfileBody;
  @Nested(() => InternalProfileBody, optional) internal?: InternalProfileBody;
  @EnumField(riskPreferences, optional) riskPreference?: (typeof riskPreferences)[number];
}

export class RegisterClientBody {
  @CodeField({ description: 'Unique in the firm', example: 'C-2026-0001' }) clientNo: string;
  @EnumField(partyKinds) party: (typeof partyKinds)[number];
  @Nested(() => IdentityBody, optional) identity?: IdentityBody;
  @NestedList(() => ReachableBody, { maxItems: 20, optional: true }) reachableAt?: ReachableBody[];
  @CodeField({ optional: true, description: 'Default: the branch of the caller', example: 'sh-01' }) branchId?: string;
  @EnumField(acquisitionSources) acquisitionSource: (typeof acquisitionSources)[number];
  @BooleanField({ optional: true, description: 'A prospect whose identity is not established yet' }) provisional?: boolean;
  @Nested(() => ProfileBody, optional) profile?: ProfileBody;
  @MomentField({ optional: true, description: 'When it happened, where not now' }) occurredAt?: string;
}

export class UpdateProfileBody {
  @Nested(() => ExternalProfileBody, optional) external?: ExternalProfileBody;
  @Nested(() => InternalProfileBody, optional) internal?: InternalProfileBody;
  @MomentField(optional) occurredAt?: string;
}

export class RecordNeedsBody {
  @Text({ max: 4000, optional: true }) goals?: string;
  @IntegerField({ min: 0, max: 1200, optional: true }) horizonMonths?: number;
  @EnumField(liquidityNeeds, optional) liquidity?: (typeof liquidityNeeds)[number];
  @TextList({ max: 100, maxItems: 50, optional: true }) instruments?: string[];
  @Text({ max: 4000, optional: true }) preferences?: string;
  @MomentField(optional) occurredAt?: string;
}

export class RecordRiskPreferenceBody {
  @EnumField(riskPreferences) riskPreference: (typeof riskPreferences)[number];
  @MomentField(optional) occurredAt?: string;
}

export class LinkAccountBody {
  @CodeField({ example: 'A-10045' }) accountId: string;
  @EnumField(accountRoles) role: (typeof accountRoles)[number];
  @MomentField({ optional: true, yearsAhead: 0, description: 'When the account was opened, where that is known' }) opened?: string;
  @MomentField(optional) occurredAt?: string;
}

export class UnlinkAccountBody {
  @CodeField({ example: 'A-10045' }) accountId: string;
  @MomentField(optional) occurredAt?: string;
}

/** The client is as it was before it was closed. */
export class ReopenClientBody {
  @Text({ max: 4000, description: 'Why it should not have been closed' }) reason: string;
}

export class CloseClientBody {
  @InstantField(optional) occurredAt?: string;
}
