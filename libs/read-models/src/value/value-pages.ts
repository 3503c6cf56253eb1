import type { EntityManager } from 'typeorm';
import type { LocalDate, Uuid } from '#event-sourcing';
import type { ValueScales } from '#tiers';
import { accountTable } from '../accounts/account-rows.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import type { AsOf, ReadDatabase } from '../reading/read-database.js';
import { valueRules } from './value-amounts.js';
import { type ClientChunk, type ClientWalk, walkClients } from './value-clients.js';

/** What every question about value names: for whom, of which day, in which zone the firm's days are told. */
export interface ValueQuestion {
  scope: string;
  asOf: LocalDate;
  zone: string;
}

/** The day that the figures are of, the base currency, and how fresh the facts are. */
export interface ValueFrame extends AsOf {
  on: LocalDate;
  currency: string;
}

/** With the scales that were in force then. */
export interface ScaledFrame extends ValueFrame {
  scales: ValueScales;
}

/** Told first, so that the facts read afterwards are at least that fresh. */
export async function valueFrame(database: ReadDatabase, { scope, asOf }: ValueQuestion): Promise<ScaledFrame> {
  const frame = await database.asOf(scope, accountTable, async (manager) => ({ on: asOf, ...(await valueRules(manager, asOf)) }));
  return frame!;
}

/** Clients a step of a list: what it looks for may be rare, and the page is short. */
const LIST_STEP = 5_000;

/** A page of those clients, by id, of whom `load` makes an item. */
export async function pageOfClientsWith<T extends { clientId: Uuid }>(
  database: ReadDatabase,
  walk: ClientWalk,
  { limit, after }: PageRequest,
  load: (manager: EntityManager, chunk: ClientChunk) => Promise<T[]>,
): Promise<Page<T>> {
  const found: T[] = [];
  for await (const items of walkClients(database, { ...walk, size: LIST_STEP, ...(after && { after: after[0] }) }, load)) {
    found.push(...items);
    if (found.length > limit) break;
  }
  return pageOf(
    found.slice(0, limit + 1),
    limit,
    (item) => item,
    ({ clientId }) => [clientId],
  );
}
