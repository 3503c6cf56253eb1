import { readModel } from '../read-model.js';
import { projectAccountFacts } from './account-facts.js';
import {
  accountLinkTable,
  accountTable,
  assetsTable,
  endedSourceTable,
  gapTable,
  movementTable,
  rateTable,
  sourceDayTable,
  turnoverTable,
} from './account-rows.js';
import { accountFactsMigrations } from './account-tables.js';

/** What clients hold and trade, by the back office's word. Asked by others, in sets: of value, tiers and segments. */
export const accountFacts = readModel({
  name: 'accountFacts',
  version: 1,
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
  ],
  migrations: accountFactsMigrations,
  projection: projectAccountFacts,
  queries: [],
});
