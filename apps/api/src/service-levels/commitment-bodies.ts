import { IntegerField, Text } from '../fields/index.js';

/** No regulator knows a longer one; what is really asked for is checked against the due date. */
const EXTENSION_MAX_DAYS = 366;

export class ExtendCommitmentBody {
  @IntegerField({ min: 1, max: EXTENSION_MAX_DAYS, description: 'Calendar days; recorded on or before the due date' }) days: number;
  @Text({ max: 4000 }) reason: string;
}

export class DecideExcuseBody {
  @Text({ max: 4000 }) reason: string;
}
