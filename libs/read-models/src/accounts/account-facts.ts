import { type AccountEvent, accountEvents, type RateEvent, rateEvents, type SourceEvent, sourceEvents } from '#back-office';
import { type ClientEvent, clientEvents } from '#clients';
import { derivedId, type LocalDate, type Uuid } from '#event-sourcing';
import {
  bigint,
  date,
  type Db,
  isOf,
  ofTypes,
  pick,
  type ProjectedEvent,
  type Projecting,
  projecting,
  RowSet,
  text,
  uuid,
} from '#projections';
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
import { keepEndedSources, keepGaps, keepRates, keepSourceDays } from './account-sources.js';
import { keepAccountSources, keepRateSources } from './counted-sources.js';
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
    await keepAccountSources(db, ofAccounts);
    // to name a source is to tell nothing of the account
    const told = ofAccounts.filter(({ type }) => type !== 'AuthoritativeSourceNamed');
    await accountTable.foldInto(db, told, rowOf, foldAccount, ({ version }) => version === 1);
    await keepOwnership(db, ofTypes(events, 'AccountLinked', 'AccountUnlinked'), dateOf);
    const stated = [
      ...ofTypes(events, 'AssetsObserved').map((event) => assetsOf(event)),
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
    await keepRateSources(db, ofTypes(events, 'RateObserved', 'AuthoritativeRatesNamed'));
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
  const ends = unlinked.map((event) => ({
    accountId: event.data.accountId,
    clientId: event.key,
    onDate: dateOf(event),
    position: event.position,
  }));
  await unlinkings.send(db, ends, { text: UNLINK });
}

const unlinkings = RowSet.of({ accountId: text, clientId: uuid, onDate: date, position: bigint });
const UNLINK = `
  UPDATE account_links l SET unlinked_on = u.on_date, unlinked_position = u.position FROM ${unlinkings.as('u')}
   WHERE l.account_id = u.account_id AND l.client_id = u.client_id AND l.position < u.position AND l.unlinked_position IS NULL`;

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

const rowOf = ({ streamId, data: { source } }: ProjectedEvent<AccountEvent>): Uuid => derivedId(streamId, `account of|${source}`);

function foldAccount(row: AccountRow | undefined, event: ProjectedEvent<AccountEvent>): AccountRow {
  const { accountId, source } = event.data;
  const known: AccountRow = row ?? {
    rowId: rowOf(event),
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
    case 'AuthoritativeSourceNamed':
      return known;
  }
}

// Nothing is carried forward from an account that is closed, or is the client's no more. Nothing needs no rate.
const nothingFromClosing = (event: Of<'AccountClosed'>): AssetsRow => nothingFrom(event, event.data.closedOn, 'account', event.data.source);

function nothingFrom(
  event: Of<'AccountClosed' | 'AccountUnlinked'>,
  on: LocalDate,
  toldAs: AssetsRow['toldAs'] = 'link',
  source = 'client file',
): AssetsRow {
  const total = { amountMinor: 0, currency: 'XXX' };
  return assetsOf({ ...event, data: { accountId: event.data.accountId, source, on, total } }, toldAs);
}

/** A record that is stated anew for another day takes its place there: the earlier day keeps nothing of it. */
async function replaceMoved(db: Db, stated: readonly AssetsRow[]): Promise<void> {
  const again = stated.filter(({ sourceRecord }) => sourceRecord !== null && !sourceRecord.endsWith('#1'));
  await restatements.send(db, again, { text: REPLACE_MOVED });
}

const restatements = RowSet.of({
  clientId: uuid,
  accountId: text,
  source: text,
  sourceRecord: text.orNull,
  onDate: date,
  position: bigint,
});
const REPLACE_MOVED = `
  UPDATE account_assets t SET replaced_at = n.position FROM ${restatements.as('n')}
   WHERE t.client_id = n.client_id AND t.account_id = n.account_id AND t.source = n.source AND t.on_date <> n.on_date
     AND split_part(t.source_record, '#', 1) = split_part(n.source_record, '#', 1) AND t.position < n.position AND t.replaced_at IS NULL`;
