import { type RiskProfileEvent, riskProfileEvents } from '#clients';
import type { LocalDate, Uuid } from '#event-sourcing';
import { date, int, type ProjectedEvent, projecting, type Projecting, type RowOf, RowTable, text, uuid } from '#projections';
import { carriedBy } from '../carried.js';

/** One check as the row keeps it; `result` is a SealedField until a query opens it. */
export interface KeptCheck {
  checkId: Uuid;
  acceptedOn?: LocalDate;
  [member: string]: unknown;
}

export const riskProfileTable = new RowTable('risk_profiles', ['clientId'], {
  clientId: uuid,
  branchId: text,
  version: int,
  /** Of the assessment that counts, the newest made; null where there is none. */
  assessedOn: date.orNull,
  /** First day on which it is no longer valid. */
  validUntil: date.orNull,
  assessments: int,
  /** JSON of the assessment, personal fields as SealedField. */
  assessment: text.orNull,
  /** JSON list of the newest checks, personal fields as SealedField. */
  checks: text,
});
export type RiskProfileRow = RowOf<typeof riskProfileTable>;

/** The newest so many checks stay in the row; all of them are in the client's timeline. */
export const CHECKS_KEPT = 50;

const carried = carriedBy(riskProfileEvents);

/** A client's risk profile as it stands, and until when it is valid. */
export const projectRiskProfiles = (): Projecting =>
  projecting([riskProfileEvents], (db, events) => riskProfileTable.foldInto(db, events, (event) => event.key, foldRiskProfile));

function foldRiskProfile(row: RiskProfileRow | undefined, event: ProjectedEvent<RiskProfileEvent>): RiskProfileRow {
  const none = { clientId: event.key, branchId: event.meta.branchId, assessedOn: null, validUntil: null, assessments: 0 };
  const before: RiskProfileRow = row ?? { ...none, version: 0, assessment: null, checks: '[]' };
  const next = { ...before, version: event.version };
  switch (event.type) {
    case 'RiskAssessed': {
      const data = carried(event);
      const { assessedOn, validUntil } = data;
      const counted = { ...next, assessments: before.assessments + 1 };
      // an older one that is told late does not supersede
      if (before.assessedOn !== null && assessedOn < before.assessedOn) return counted;
      return { ...counted, assessedOn, validUntil, assessment: JSON.stringify(data) };
    }
    case 'SuitabilityChecked':
      return { ...next, checks: JSON.stringify([carried(event), ...checksOf(before)].slice(0, CHECKS_KEPT)) };
    case 'SuitabilityWarningAccepted': {
      const { checkId, acceptedOn, confirmation } = carried(event);
      const accepted = checksOf(before).map((check) => (check.checkId === checkId ? { ...check, acceptedOn, confirmation } : check));
      return { ...next, checks: JSON.stringify(accepted) };
    }
  }
}

const checksOf = (row: RiskProfileRow): KeptCheck[] => JSON.parse(row.checks) as KeptCheck[];
