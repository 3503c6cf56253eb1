import { evidenceKinds } from '#service-levels';
import { EnumField, IntegerField, Sha256Field, Text, UuidField } from '../fields/index.js';

/** No regulator knows a longer one; what is really asked for is checked against the due date. */
const EXTENSION_MAX_DAYS = 366;

export class ExtendCommitmentBody {
  @IntegerField({ min: 1, max: EXTENSION_MAX_DAYS, description: 'Calendar days; recorded on or before the due date' }) days: number;
  @Text({ max: 4000 }) reason: string;
}

export class DecideExcuseBody {
  @Text({ max: 4000 }) reason: string;
}

export class ConfirmLateEvidenceBody {
  @UuidField({ optional: true, description: 'The event that states it; needed where several wait' }) evidence?: string;
  @EnumField(evidenceKinds) kind: (typeof evidenceKinds)[number];
  @Text({ max: 500, description: 'Where it is kept: a file number, a recording, a message' }) reference: string;
  @Sha256Field({ description: 'SHA-256 of the document' }) sha256: string;
}

export class RefuseLateEvidenceBody {
  @UuidField({ optional: true, description: 'The event that states it; needed where several wait' }) evidence?: string;
  @Text({ max: 4000 }) reason: string;
}
