import { CaseRatesHandler } from './case-rates-query.js';

export * from './case-rates-query.js';

/** Which cases came back, of requests and of complaints. */
export const caseRateQueries = [CaseRatesHandler];
