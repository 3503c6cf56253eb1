import { type AccountEvent, accountFactKindOf, type RateEvent } from '#back-office';
import type { Db, ProjectedEvent } from '#projections';
import { type AccountSourceRow, accountSourceTable, type RateSourceRow, rateSourceTable } from './account-rows.js';

type SourceRow = Pick<AccountSourceRow, 'source' | 'counted' | 'position' | 'replacedAt'>;
/** That a source has told of something, before it is known whether it counts. */
type Said<Row extends SourceRow> = Omit<Row, 'counted' | 'replacedAt'>;

/** Sources by what they tell of, as they stand, and what a batch adds. */
class Tellers<Row extends SourceRow> {
  readonly made: Row[] = [];
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
    const row = this.rowOf(said, !about.some(({ counted }) => counted));
    about.push(row);
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
  const said = events.flatMap(({ key, position, meta, type, data }) => {
    const kind = accountFactKindOf({ type, data } as AccountEvent);
    return kind ? [{ clientId: key, accountId: data.accountId, branchId: meta.branchId, kind, source: data.source, position }] : [];
  });
  if (said.length === 0) return;
  const { rows } = await db.query<AccountSourceRow>(OF_ACCOUNTS, [
    said.map(({ clientId }) => clientId),
    said.map(({ accountId }) => accountId),
  ]);
  const tellers = new Tellers<AccountSourceRow>(
    rows,
    ({ clientId, accountId, kind }) => `${clientId}|${accountId}|${kind}`,
    (one, counted) => ({ ...one, counted, replacedAt: null }),
  );
  for (const one of said) tellers.spoke(one);
  await accountSourceTable.insert(db, tellers.made);
}

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
  for (const { position, data } of rates) tellers.spoke({ currency: data.currency, base: data.base, source: data.source, position });
  await rateSourceTable.insert(db, tellers.made);
}
