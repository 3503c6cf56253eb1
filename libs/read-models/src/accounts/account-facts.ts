import { type AccountEvent, accountEvents, type RateEvent, rateEvents, type SourceEvent, sourceEvents } from '#back-office';
import { type ClientEvent, clientEvents } from '#clients';
import type { LocalDate } from '#event-sourcing';
import { type Db, firstOfItsStream, isOf, ofTypes, pick, type ProjectedEvent, type Projecting, projecting } from '#projections';
import type { ProjectionParts } from '../read-model.js';
import {
  accountLinkTable,
  type AccountRow,
  accountTable,
  type AssetsRow,
  assetsTable,
  movementTable,
  turnoverTable,
} from './account-rows.js';
import { assetsOf, movementOf, turnoverOf } from './account-statements.js';
import { insertStatements } from './replaced-statements.js';

type Fact = AccountEvent | SourceEvent | RateEvent | Extract<ClientEvent, { type: 'AccountLinked' | 'AccountUnlinked' }>;
type Of<T extends Fact['type']> = ProjectedEvent<Extract<Fact, { type: T }>>;

const linkEvents = pick(clientEvents, 'AccountLinked', 'AccountUnlinked');

/** What clients hold and trade, by the back office's word: every statement is kept, and which one holds as of a position. */
export const projectAccountFacts = ({ localDate }: ProjectionParts): Projecting =>
  projecting([accountEvents, sourceEvents, rateEvents, linkEvents], async (db, events) => {
    const dateOf = ({ meta, occurredAt }: ProjectedEvent): LocalDate => meta.localDate ?? localDate(occurredAt);
    const linked = ofTypes(events, 'AccountLinked');
    const unlinked = ofTypes(events, 'AccountUnlinked');
    await keepLinks(db, linked, unlinked, dateOf);
    const ofAccounts = events.filter((event) => isOf(event, accountEvents));
    await accountTable.foldInto(db, ofAccounts, (event) => event.streamId, foldAccount, firstOfItsStream);
    await keepOwnership(db, ofTypes(events, 'AccountLinked', 'AccountUnlinked'), dateOf);
    const stated = [
      ...ofTypes(events, 'AssetsObserved').map(assetsOf),
      ...ofTypes(events, 'AccountClosed').map(nothingFromClosing),
      ...unlinked.map((event) => nothingFrom(event, dateOf(event))),
    ].sort((a, b) => a.position - b.position);
    await insertStatements(db, assetsTable, stated);
    await replaceMoved(db, stated);
    await insertStatements(db, turnoverTable, ofTypes(events, 'TurnoverObserved').map(turnoverOf));
    await insertStatements(db, movementTable, ofTypes(events, 'MovementObserved').map(movementOf));
    await keepGaps(db, ofTypes(events, 'SequenceGapFound'), ofTypes(events, 'SequenceGapClosed'));
    await keepSourceDays(db, ofTypes(events, 'SourceDayCompleted'));
    await keepEndedSources(db, ofTypes(events, 'SourceEnded'));
    await keepRates(db, ofTypes(events, 'RateObserved'));
  });

async function keepLinks(
  db: Db,
  linked: readonly Of<'AccountLinked'>[],
  unlinked: readonly Of<'AccountUnlinked'>[],
  dateOf: (event: ProjectedEvent) => LocalDate,
): Promise<void> {
  await accountLinkTable.insert(
    db,
    linked.map((event) => ({
      accountId: event.data.accountId,
      clientId: event.key,
      branchId: event.meta.branchId,
      role: event.data.role,
      linkedOn: dateOf(event),
      position: event.position,
      unlinkedOn: null,
      unlinkedPosition: null,
    })),
  );
  if (unlinked.length === 0) return;
  await db.query(
    `UPDATE account_links l SET unlinked_on = u.on_date, unlinked_position = u.position
       FROM unnest($1::text[], $2::uuid[], $3::date[], $4::bigint[]) AS u (account_id, client_id, on_date, position)
      WHERE l.account_id = u.account_id AND l.client_id = u.client_id AND l.position < u.position AND l.unlinked_position IS NULL`,
    [unlinked.map((u) => u.data.accountId), unlinked.map((u) => u.key), unlinked.map(dateOf), unlinked.map((u) => u.position)],
  );
}

/** Whether an account that there are facts of is still the client's. */
async function keepOwnership(
  db: Db,
  events: readonly Of<'AccountLinked' | 'AccountUnlinked'>[],
  dateOf: (event: ProjectedEvent) => LocalDate,
): Promise<void> {
  for (const event of events.toSorted((a, b) => a.position - b.position)) {
    const unlinked = event.type === 'AccountUnlinked';
    await db.query(
      `UPDATE accounts SET unlinked_on = $3, unlinked_position = $4, changed_at = $5
        WHERE client_id = $1 AND account_id = $2 AND position < $5`,
      [event.key, event.data.accountId, unlinked ? dateOf(event) : null, unlinked ? event.position : null, event.position],
    );
  }
}

function foldAccount(row: AccountRow | undefined, event: ProjectedEvent<AccountEvent>): AccountRow {
  const { accountId, source } = event.data;
  const known: AccountRow = row ?? {
    streamId: event.streamId,
    clientId: event.key,
    accountId,
    branchId: event.meta.branchId,
    source,
    status: 'open',
    currency: null,
    openedOn: null,
    closedOn: null,
    unlinkedOn: null,
    unlinkedPosition: null,
    firstOn: '9999-12-31',
    position: event.position,
    changedAt: event.position,
  };
  const since = (on: LocalDate, more: Partial<AccountRow> = {}): AccountRow => {
    const next = { ...known, ...more, firstOn: on < known.firstOn ? on : known.firstOn };
    const moved = next.firstOn !== known.firstOn || next.closedOn !== known.closedOn;
    return moved ? { ...next, changedAt: event.position } : next;
  };
  switch (event.type) {
    case 'AccountOpened':
      return since(event.data.openedOn, { openedOn: event.data.openedOn, currency: event.data.currency, status: 'open', closedOn: null });
    case 'AccountClosed':
      return since(event.data.closedOn, { closedOn: event.data.closedOn, status: 'closed' });
    case 'AccountStatusChanged':
      return since(event.data.on, { status: event.data.status });
    case 'AssetsObserved':
      return since(event.data.on, { currency: known.currency ?? event.data.total.currency });
    case 'TurnoverObserved':
    case 'MovementObserved':
      return since(event.data.on);
    case 'SequenceGapFound':
    case 'SequenceGapClosed':
      return known;
  }
}

// Nothing is carried forward from an account that is closed, or is the client's no more. Nothing needs no rate.
const nothingFromClosing = (event: Of<'AccountClosed'>): AssetsRow => nothingFrom(event, event.data.closedOn, event.data.source);

function nothingFrom(event: Of<'AccountClosed' | 'AccountUnlinked'>, on: LocalDate, source = 'client file'): AssetsRow {
  const total = { amountMinor: 0, currency: 'XXX' };
  return assetsOf({ ...event, data: { accountId: event.data.accountId, source, on, total } });
}

/** A record that is stated anew for another day takes its place there: the earlier day keeps nothing of it. */
async function replaceMoved(db: Db, stated: readonly AssetsRow[]): Promise<void> {
  const again = stated.filter(({ sourceRecord }) => sourceRecord !== null && !sourceRecord.endsWith('#1'));
  if (again.length === 0) return;
  await db.query(
    `UPDATE account_assets t SET replaced_at = n.position
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[]) AS n (client_id, account_id, source, record, on_date, position)
      WHERE t.client_id = n.client_id AND t.account_id = n.account_id AND t.source = n.source AND t.on_date <> n.on_date
        AND split_part(t.source_record, '#', 1) = split_part(n.record, '#', 1) AND t.position < n.position AND t.replaced_at IS NULL`,
    [
      ...[again.map((a) => a.clientId), again.map((a) => a.accountId), again.map((a) => a.source)],
      ...[again.map((a) => a.sourceRecord), again.map((a) => a.onDate), again.map((a) => a.position)],
    ],
  );
}

async function keepGaps(db: Db, found: readonly Of<'SequenceGapFound'>[], closed: readonly Of<'SequenceGapClosed'>[]): Promise<void> {
  if (found.length > 0) {
    await db.query(
      `INSERT INTO account_gaps (client_id, account_id, branch_id, source, first_sequence, last_sequence, position)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])`,
      [
        ...[
          found.map((e) => e.key),
          found.map((e) => e.data.accountId),
          found.map((e) => e.meta.branchId),
          found.map((e) => e.data.source),
        ],
        ...[found.map((e) => e.data.first), found.map((e) => e.data.last), found.map((e) => e.position)],
      ],
    );
  }
  if (closed.length === 0) return;
  await db.query(
    `UPDATE account_gaps g SET closed_position = c.position
       FROM (SELECT client_id, account_id, source, through, position
               FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS c (client_id, account_id, source, through, position)) c
      WHERE g.client_id = c.client_id AND g.account_id = c.account_id AND g.source = c.source
        AND g.last_sequence <= c.through AND g.position < c.position AND g.closed_position IS NULL`,
    [
      ...[closed.map((e) => e.key), closed.map((e) => e.data.accountId), closed.map((e) => e.data.source)],
      ...[closed.map((e) => e.data.through), closed.map((e) => e.position)],
    ],
  );
}

async function keepSourceDays(db: Db, days: readonly Of<'SourceDayCompleted'>[]): Promise<void> {
  if (days.length === 0) return;
  await db.query(
    `INSERT INTO source_days (source, on_date, position) SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[])
     ON CONFLICT (source, on_date) DO NOTHING`,
    [days.map((d) => d.data.source), days.map((d) => d.data.on), days.map((d) => d.position)],
  );
}

async function keepEndedSources(db: Db, ended: readonly Of<'SourceEnded'>[]): Promise<void> {
  for (const { data: fact, position } of ended) {
    await db.query(
      `INSERT INTO ended_sources (source, last_day, position) VALUES ($1, $2, $3)
       ON CONFLICT (source) DO UPDATE SET last_day = excluded.last_day, position = excluded.position`,
      [fact.source, fact.lastDay, position],
    );
  }
}

async function keepRates(db: Db, rates: readonly Of<'RateObserved'>[]): Promise<void> {
  for (const { data: fact, position } of rates) {
    const { currency, base, on, amountMinor, baseMinor } = fact;
    await db.query(
      `UPDATE exchange_rates SET replaced_at = $4 WHERE currency = $1 AND base = $2 AND on_date = $3 AND replaced_at IS NULL`,
      [currency, base, on, position],
    );
    await db.query(
      `INSERT INTO exchange_rates (currency, base, on_date, position, amount_minor, base_minor) VALUES ($1, $2, $3, $4, $5, $6)`,
      [currency, base, on, position, amountMinor, baseMinor],
    );
  }
}
