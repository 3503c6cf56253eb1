import { ChurnCountsHandler, ChurnListHandler } from './value-churn-query.js';
import { DormantListHandler } from './value-dormancy-query.js';
import { AccountFactsHandler } from './value-facts-query.js';
import { ClientValueHandler } from './value-of-client-query.js';
import { ParetoHandler, ParetoListHandler } from './value-pareto-query.js';
import { RfmDistributionHandler, RfmListHandler } from './value-rfm-query.js';

export * from './value-churn-query.js';
export type { ValueClient } from './value-clients.js';
export * from './value-dormancy-query.js';
export * from './value-facts-query.js';
export * from './value-of-client-query.js';
export type { ValueFrame, ValueQuestion } from './value-pages.js';
export * from './value-pareto-query.js';
export * from './value-rfm-query.js';
export * from './value-signs.js';

/** Answers from what other subjects' read models hold. */
export const valueQueries = [
  RfmDistributionHandler,
  RfmListHandler,
  ParetoHandler,
  ParetoListHandler,
  ChurnListHandler,
  ChurnCountsHandler,
  DormantListHandler,
  ClientValueHandler,
  AccountFactsHandler,
];
