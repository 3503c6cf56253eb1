import { LocalDateField } from '../fields/index.js';

/** An approval states nothing: it is of the rules as they stand at the version named. */
export class ApproveTierRulesBody {}

export class PublishTierRulesBody {
  @LocalDateField({ description: 'Evaluations of this day and later use them; not before what is published already' })
  effectiveFrom: string;
}
