import { ladder, overrideModes } from '#tiers';
import { CodeField, EnumField, LocalDateField, MomentField, Text } from '../fields/index.js';

const optional = { optional: true };

export class InitialiseTierBody {
  @EnumField(ladder) tier: (typeof ladder)[number];
  @LocalDateField({ yearsAhead: 1, description: 'At most a year ahead' }) effectiveFrom: string;
  @CodeField({ description: 'A code for what the tier rests on', example: 'opening-assets' }) basis: string;
  @MomentField(optional) occurredAt?: string;
}

/** Takes the place of what was said first, while nothing rests on it. */
export class CorrectInitialTierBody extends InitialiseTierBody {}

export class RequestOverrideBody {
  @EnumField(overrideModes, { description: 'floor: at least this tier; pin: exactly this tier' }) mode: (typeof overrideModes)[number];
  @EnumField(ladder) tier: (typeof ladder)[number];
  @LocalDateField() validFrom: string;
  @LocalDateField({ optional: true, description: 'First day without it; needed for the approval, at most 180 days later' })
  validTo?: string;
  @Text({ max: 4000 }) justification: string;
  @MomentField(optional) occurredAt?: string;
}

/** An approval states nothing: it counts from the day it is given. */
export class ApproveOverrideBody {}

export class DecideOverrideBody {
  @Text({ max: 4000 }) reason: string;
}
