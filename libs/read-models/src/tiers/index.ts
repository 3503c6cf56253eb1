import { readModel } from '../read-model.js';
import { TierFiguresHandler } from './tier-figures.js';
import { projectTierHistory, tierAssertionTable, tierOverrideTable } from './tier-history.js';
import { TierChangesHandler, TieredClientsHandler } from './tier-lists.js';
import { TierHistoryHandler } from './tier-queries.js';
import { projectTierRules, tierRulesTable } from './tier-rules.js';
import { TierRulesHandler, TierRulesListHandler } from './tier-rules-queries.js';
import { projectTierStandings, tierEvaluationTable, tierStandingTable } from './tier-standings.js';
import { tierHistoryMigrations, tierRulesMigrations, tierStandingMigrations } from './tier-tables.js';

export * from './tier-figures.js';
export * from './tier-lists.js';
export * from './tier-queries.js';
export * from './tier-rules-queries.js';

/** What was stated about each client's tier, and every override with its decision. */
export const tierHistory = readModel({
  name: 'tierHistory',
  version: 1,
  tables: [tierAssertionTable, tierOverrideTable],
  migrations: tierHistoryMigrations,
  projection: projectTierHistory,
  queries: [TierHistoryHandler, TieredClientsHandler],
});

/** Where each client stands by the rules, and every evaluation with what it saw. */
export const tierStandings = readModel({
  name: 'tierStandings',
  version: 1,
  tables: [tierStandingTable, tierEvaluationTable],
  migrations: tierStandingMigrations,
  projection: projectTierStandings,
  queries: [TierFiguresHandler, TierChangesHandler],
});

/** Every version of the tier rules. */
export const tierRules = readModel({
  name: 'tierRules',
  version: 1,
  tables: [tierRulesTable],
  migrations: tierRulesMigrations,
  projection: projectTierRules,
  queries: [TierRulesListHandler, TierRulesHandler],
});
