import { riskLevels } from '#event-sourcing';
import { confirmationKinds, initiatives, productRiskLevels } from '#clients';
import { BooleanField, CodeField, EnumField, IntegerField, LocalDateField, MomentField, Nested } from '../fields/index.js';

const optional = { optional: true };
const SCORE_MAX = 1_000;
const VALID_MONTHS_MAX = 120;

export class RecordAssessmentBody {
  @CodeField({ example: 'q-2026.1' }) questionnaireVersion: string;
  @IntegerField({ min: 0, max: SCORE_MAX }) score: number;
  @EnumField(riskLevels) level: (typeof riskLevels)[number];
  @BooleanField({ optional: true, description: 'Of the class with the lowest tolerance. Default false' }) lowestClass?: boolean;
  @LocalDateField({ optional: true, description: 'Default: today' }) assessedOn?: string;
  @IntegerField({ min: 1, max: VALID_MONTHS_MAX, optional: true, description: 'Calendar months that it is valid for, default 24' })
  validMonths?: number;
  @CodeField({ optional: true, description: 'System or desk that the result comes from. Default: desk', example: 'desk' }) source?: string;
  @MomentField(optional) occurredAt?: string;
}

/** A product against the profile as it is today. */
export class CheckSuitabilityBody {
  @CodeField() productId: string;
  @EnumField(productRiskLevels, { description: 'Cn covers R1 to Rn' }) riskLevel: (typeof productRiskLevels)[number];
  @EnumField(initiatives, { description: 'Whose idea the product was' }) initiative: (typeof initiatives)[number];
}

export class ConfirmationBody {
  @EnumField(confirmationKinds) kind: (typeof confirmationKinds)[number];
  @CodeField({ description: 'Where it is kept: number of the form, recording or session' }) reference: string;
}

export class AcceptWarningBody {
  @Nested(() => ConfirmationBody, { description: 'The client’s own, as it was recorded' }) confirmation: ConfirmationBody;
}
