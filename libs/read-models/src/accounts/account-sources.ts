import type { AccountEvent, RateEvent, SourceEvent } from '#back-office';
import { bigint, type Db, type ProjectedEvent, RowSet, text, uuid } from '#projections';
import { endedSourceTable, gapTable, rateTable, sourceDayTable } from './account-rows.js';
import { insertStatements } from './replaced-statements.js';

type Of<T extends (AccountEvent | SourceEvent | RateEvent)['type']> = ProjectedEvent<
  Extract<AccountEvent | SourceEvent | RateEvent, { type: T }>
>;

export async function keepGaps(
  db: Db,
  found: readonly Of<'SequenceGapFound'>[],
  closed: readonly Of<'SequenceGapClosed'>[],
): Promise<void> {
  const gaps = found.map(({ key, position, meta, data: { accountId, source, first, last } }) => ({
    clientId: key,
    accountId,
    branchId: meta.branchId,
    source,
    firstSequence: first,
    lastSequence: last,
    position,
    closedPosition: null,
  }));
  await gapTable.insert(db, gaps);
  const ends = closed.map(({ key: clientId, position, data: { accountId, source, through } }) => ({
    clientId,
    accountId,
    source,
    through,
    position,
  }));
  await closings.send(db, ends, { text: CLOSE_GAPS });
}

const closings = RowSet.of({ clientId: uuid, accountId: text, source: text, through: bigint, position: bigint });
const CLOSE_GAPS = `
  UPDATE account_gaps g SET closed_position = c.position FROM ${closings.as('c')}
   WHERE g.client_id = c.client_id AND g.account_id = c.account_id AND g.source = c.source
     AND g.last_sequence <= c.through AND g.position < c.position AND g.closed_position IS NULL`;

/** A day that is stated complete again stays what it was. */
export async function keepSourceDays(db: Db, days: readonly Of<'SourceDayCompleted'>[]): Promise<void> {
  const rows = days.map(({ position, data: { source, on } }) => ({ source, onDate: on, position }));
  await sourceDayTable.insertNew(db, rows);
}

export async function keepEndedSources(db: Db, ended: readonly Of<'SourceEnded'>[]): Promise<void> {
  const last = new Map(ended.map(({ position, data: { source, lastDay } }) => [source, { source, lastDay, position }]));
  await endedSourceTable.upsert(db, [...last.values()]);
}

export async function keepRates(db: Db, rates: readonly Of<'RateObserved'>[]): Promise<void> {
  const rows = rates.map(({ position, data: { source, currency, base, on, amountMinor, baseMinor } }) => ({
    currency,
    base,
    source,
    onDate: on,
    position,
    replacedAt: null,
    amountMinor,
    baseMinor,
  }));
  await insertStatements(db, rateTable, rows);
}
