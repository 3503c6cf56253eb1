import { ladder } from '#tiers';
import { CodeField, EnumField, LocalDateField, StaffField } from '../fields/index.js';
import { ListQuestion } from '../reads/view-fields.js';
import { TierHistoryQuestion } from '../clients/client-views.js';

export class TierWhyQuestion extends TierHistoryQuestion {}

export class BookQuestion extends ListQuestion {
  @StaffField({ optional: true, description: 'Whose book; default the caller’s own. A relationship manager sees no other' })
  staffId?: string;
}

export class TierFiguresQuestion {
  @LocalDateField({ optional: true, description: 'First day of the period; default the first of the month eleven months before its last' })
  from?: string;
  @LocalDateField({ optional: true, description: 'Last day, default today; at most 36 month ends lie between' }) to?: string;
  @CodeField({ optional: true, description: 'One branch; default all that the caller sees' }) branchId?: string;
}

export class TieredClientsQuestion extends ListQuestion {
  @LocalDateField({ optional: true, description: 'Default: today' }) on?: string;
  @EnumField(ladder, { optional: true, description: 'The tier in force' }) tier?: string;
  @CodeField({ optional: true }) branchId?: string;
  @EnumField(['true', 'false'], { optional: true, description: 'true: only those with an override in force' }) overridden?: string;
}

export class TierChangesQuestion extends ListQuestion {
  @LocalDateField({ optional: true, description: 'First day on which the change takes effect; default as with the figures' }) from?: string;
  @LocalDateField({ optional: true, description: 'Last day on which it does, default today' }) to?: string;
  @EnumField(['promotion', 'demotion'], { optional: true }) change?: string;
  @CodeField({ optional: true }) branchId?: string;
  @EnumField(ladder, { optional: true, description: 'The tier before' }) fromTier?: string;
  @EnumField(ladder, { optional: true, description: 'The tier after' }) toTier?: string;
}
