import { readModel } from '../read-model.js';
import { projectAccountFacts } from './account-facts.js';
import {
  accountLinkTable,
  accountSourceTable,
  accountTable,
  assetsTable,
  endedSourceTable,
  gapTable,
  movementTable,
  rateSourceTable,
  rateTable,
  sourceDayTable,
  turnoverTable,
} from './account-rows.js';
import { accountFactsMigrations } from './account-tables.js';
import { factsBySource } from './facts-by-source.js';

export * from './counted-facts.js';
export type { AccountSourceRow } from './account-rows.js';
/** Migrations of tables that are views over generations by then: run after the first generations are made. */
export const laterReadModelMigrations = [factsBySource] as const;

/** What clients hold and trade, by the back office's word. Asked by others, in sets: of value, tiers and segments. */
export const accountFacts = readModel({
  name: 'accountFacts',
  version: 2,
  tables: [
    accountLinkTable,
    accountTable,
    assetsTable,
    turnoverTable,
    movementTable,
    gapTable,
    sourceDayTable,
    endedSourceTable,
    rateTable,
    accountSourceTable,
    rateSourceTable,
  ],
  migrations: accountFactsMigrations,
  projection: projectAccountFacts,
  queries: [],
});
