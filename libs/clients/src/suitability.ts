import { addMonths, type LocalDate, type RiskLevel, riskLevels } from '#event-sourcing';

export const productRiskLevels = ['R1', 'R2', 'R3', 'R4', 'R5'] as const;
/** What a product may cost, ascending. */
export type ProductRiskLevel = (typeof productRiskLevels)[number];

export const suitabilityResults = ['MATCH', 'WARN', 'PROHIBITED', 'EXPIRED'] as const;
export type SuitabilityResult = (typeof suitabilityResults)[number];

/** `tiers.md`, "Suitability": an assessment is valid for so long where nothing else is stated. */
export const ASSESSMENT_VALID_MONTHS = 24;

/** What an assessment found, and on which days it counts: `[assessedOn, validUntil)`. */
export interface RiskAssessment {
  level: RiskLevel;
  /** Of the class with the lowest tolerance: what the level does not cover is forbidden, not only warned of. */
  lowestClass: boolean;
  assessedOn: LocalDate;
  /** First day on which it is no longer valid. */
  validUntil: LocalDate;
}

/** The day of the assessment so many calendar months later, clamped to that month's last day. */
export const validUntilOf = (assessedOn: LocalDate, validMonths: number = ASSESSMENT_VALID_MONTHS): LocalDate =>
  addMonths(assessedOn, validMonths);

/** The one that counts on a day: the newest made on or before it, whether it is still valid or not. Ties: the last told. */
export const assessmentOn = <A extends Pick<RiskAssessment, 'assessedOn'>>(assessments: readonly A[], on: LocalDate): A | undefined =>
  assessments.reduce<A | undefined>(
    (newest, one) => (one.assessedOn <= on && (!newest || one.assessedOn >= newest.assessedOn) ? one : newest),
    undefined,
  );

/** Cn covers R1..Rn. */
export const covers = (level: RiskLevel, product: ProductRiskLevel): boolean =>
  riskLevels.indexOf(level) >= productRiskLevels.indexOf(product);

/**
 * `tiers.md`, "Suitability", in its order: not valid (or never assessed) EXPIRED; covered MATCH; not covered and of the
 * lowest class PROHIBITED; else WARN.
 */
export function suitabilityOf(assessment: RiskAssessment | undefined, product: ProductRiskLevel, on: LocalDate): SuitabilityResult {
  if (!assessment || on < assessment.assessedOn || on >= assessment.validUntil) return 'EXPIRED';
  if (covers(assessment.level, product)) return 'MATCH';
  return assessment.lowestClass ? 'PROHIBITED' : 'WARN';
}
