import { type AgeingDimension, ageingDimensions, commitmentDimensions } from '#read-models';
import { CALENDAR_NAME } from '#service-levels';
import { EnumField, LocalDateField, patterned } from '../fields/index.js';
import { CommitmentNarrowing } from './commitment-questions.js';

/** A year: what is counted is read whole. */
export const CASE_RATES_DAYS_MAX = 366;

const dimension = `(?:${commitmentDimensions.join('|')})`;
const ageingNames = [...new Set(Object.values(ageingDimensions).flatMap((of) => Object.keys(of)))] as AgeingDimension[];

export class ComplianceQuestion extends CommitmentNarrowing {
  @patterned(`^${dimension}(?:,${dimension}){0,2}$`, {
    optional: true,
    description: `Up to three dimensions, separated by commas: ${commitmentDimensions.join(', ')}. Default: one figure over all`,
    example: 'process,tier',
  })
  by?: string;

  @LocalDateField({ optional: true, description: 'First day of the period; the midnight that begins it is of the day before' })
  from?: string;
  @LocalDateField({ optional: true, description: 'Last day of the period, with the midnight that ends it' }) to?: string;
}

export class CaseRatesQuestion {
  @EnumField(Object.keys(ageingDimensions), { optional: true, description: 'Default: complaints' }) of?: 'requests' | 'complaints';
  @LocalDateField({
    optional: true,
    description: `First day of the period, of at most ${CASE_RATES_DAYS_MAX} days. Default: the longest period`,
  })
  from?: string;
  @LocalDateField({ optional: true, description: 'Last day of the period. Default: today' }) to?: string;
}

export class AgeingQuestion {
  @EnumField(Object.keys(ageingDimensions), { optional: true, description: 'Default: requests' }) of?: 'requests' | 'complaints';
  @EnumField(ageingNames, { optional: true, description: 'Complaints have no process and no staff, requests no product' })
  by?: AgeingDimension;
  @patterned(CALENDAR_NAME, {
    optional: true,
    description: 'Whose business days; default the calendar of the resolution promise in force, else DESK',
    example: 'DESK',
  })
  calendar?: string;
}
