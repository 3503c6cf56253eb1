import type { Sql } from '#database';
import type { LocalDate } from '#event-sourcing';
import { rateTable, type TierRules } from '#tiers';
import { completeDays, endedSources, exchangeRates } from './client-facts.js';
import type { FirmFacts } from './day-inputs.js';
import type { PublishedRules } from './published-rules.js';

/** What evaluations of these dates under these rules go by besides the client's own facts, as known at a position. */
export async function readFirmFacts(
  db: Sql,
  published: PublishedRules,
  rules: TierRules,
  dates: readonly LocalDate[],
  knownTo: number,
): Promise<FirmFacts> {
  const [rates, complete, ended, tradingDays] = await Promise.all([
    exchangeRates(db, rules.currency, knownTo),
    completeDays(db, dates, knownTo),
    endedSources(db, knownTo),
    published.tradingDays(rules),
  ]);
  return { rates: rateTable(rates), complete, ended, tradingDays };
}
