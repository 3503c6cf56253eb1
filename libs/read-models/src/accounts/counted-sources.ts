import { type AccountEvent, accountFactKindOf, type RateEvent } from '#back-office';
import { bigint, type Db, type ProjectedEvent, RowSet, text, uuid } from '#projections';
import { type AccountSourceRow, accountSourceTable, type RateSourceRow, rateSourceTable } from './account-rows.js';

type SourceRow = Pick<AccountSourceRow, 'source' | 'counted' | 'position' | 'replacedAt'>;
/** That a source has told of something, before it is known whether it counts. */
type Said<Row extends SourceRow> = Omit<Row, 'counted' | 'replacedAt'>;

/** Sources by what they tell of, as they stand, and what a batch adds. */
class Tellers<Row extends SourceRow> {
  readonly made: Row[] = [];
  /** Rows of before, each until which position. */
  readonly ended: Row[] = [];
  private readonly byThing = new Map<string, Row[]>();

  constructor(
    rows: readonly Row[],
    private readonly thingOf: (row: Said<Row>) => string,
    private readonly rowOf: (said: Said<Row>, counted: boolean) => Row,
  ) {
    for (const row of rows) this.about(row).push(row);
  }

  /** The first to tell of a thing counts. */
  spoke(said: Said<Row>): void {
    const about = this.about(said);
    if (about.some(({ source }) => source === said.source)) return;
    this.make(said, !about.some(({ counted }) => counted));
  }

  /** From here on it counts, and no other. */
  named(said: Said<Row>): void {
    const about = this.about(said);
    for (const row of about.filter(({ source, counted }) => counted !== (source === said.source))) {
      about.splice(about.indexOf(row), 1);
      if (this.made.includes(row)) row.replacedAt = said.position;
      else this.ended.push({ ...row, replacedAt: said.position });
      this.make({ ...row, position: said.position }, row.source === said.source);
    }
    if (!about.some(({ source }) => source === said.source)) this.make(said, true);
  }

  private make(said: Said<Row>, counted: boolean): void {
    const row = this.rowOf(said, counted);
    this.about(said).push(row);
    this.made.push(row);
  }

  private about(row: Said<Row>): Row[] {
    const thing = this.thingOf(row);
    const about = this.byThing.get(thing) ?? [];
    this.byThing.set(thing, about);
    return about;
  }
}

const OF_ACCOUNTS = `
  SELECT s.client_id AS "clientId", s.account_id AS "accountId", s.branch_id AS "branchId", s.kind, s.source, s.counted, s.position,
         s.replaced_at AS "replacedAt"
    FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) AS a (client_id, account_id)) a
    JOIN account_sources s ON s.client_id = a.client_id AND s.account_id = a.account_id AND s.replaced_at IS NULL`;

/** Which source counts for each kind of fact of each account. */
export async function keepAccountSources(db: Db, events: readonly ProjectedEvent<AccountEvent>[]): Promise<void> {
  const said = events.flatMap(({ key, position, meta, ...event }) => {
    const { type, data } = event as AccountEvent;
    const kind = type === 'AuthoritativeSourceNamed' ? data.kind : accountFactKindOf(event);
    if (!kind) return [];
    const row = { clientId: key, accountId: data.accountId, branchId: meta.branchId, kind, source: data.source, position };
    return [{ row, named: type === 'AuthoritativeSourceNamed' }];
  });
  if (said.length === 0) return;
  const { rows } = await db.query<AccountSourceRow>(OF_ACCOUNTS, [
    said.map(({ row }) => row.clientId),
    said.map(({ row }) => row.accountId),
  ]);
  const tellers = new Tellers<AccountSourceRow>(
    rows,
    ({ clientId, accountId, kind }) => `${clientId}|${accountId}|${kind}`,
    (one, counted) => ({ ...one, counted, replacedAt: null }),
  );
  for (const { row, named } of said) {
    if (named) tellers.named(row);
    else tellers.spoke(row);
  }
  await endings.send(db, tellers.ended, { text: END });
  await accountSourceTable.insert(db, tellers.made);
}

const endings = RowSet.of({ clientId: uuid, accountId: text, kind: text, source: text, position: bigint, replacedAt: bigint.orNull });
const END = `
  UPDATE account_sources s SET replaced_at = e.replaced_at FROM ${endings.as('e')}
   WHERE s.client_id = e.client_id AND s.account_id = e.account_id AND s.kind = e.kind AND s.source = e.source AND s.position = e.position`;

const OF_RATES = `
  SELECT s.currency, s.base, s.source, s.counted, s.position, s.replaced_at AS "replacedAt" FROM rate_sources s
   WHERE s.currency = ANY ($1::text[]) AND s.replaced_at IS NULL`;

/** Which source's rates count for each pair of currencies. */
export async function keepRateSources(db: Db, rates: readonly ProjectedEvent<RateEvent>[]): Promise<void> {
  if (rates.length === 0) return;
  const { rows } = await db.query<RateSourceRow>(OF_RATES, [rates.map(({ data }) => data.currency)]);
  const tellers = new Tellers<RateSourceRow>(
    rows,
    ({ currency, base }) => `${currency}|${base}`,
    (one, counted) => ({ ...one, counted, replacedAt: null }),
  );
  for (const { type, position, data } of rates) {
    const said = { currency: data.currency, base: data.base, source: data.source, position };
    if (type === 'RateObserved') tellers.spoke(said);
    else tellers.named(said);
  }
  await rateEndings.send(db, tellers.ended, { text: END_RATES });
  await rateSourceTable.insert(db, tellers.made);
}

const rateEndings = RowSet.of({ currency: text, base: text, source: text, position: bigint, replacedAt: bigint.orNull });
const END_RATES = `
  UPDATE rate_sources s SET replaced_at = e.replaced_at FROM ${rateEndings.as('e')}
   WHERE s.currency = e.currency AND s.base = e.base AND s.source = e.source AND s.position = e.position`;
