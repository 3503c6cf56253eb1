import type { Sql } from '#database';
import type { LocalDate, Uuid } from '#event-sourcing';
import { countedAccount, countedAssets, countedFact, countedForSomething, countedRate, notSetAside } from '#read-models';
import type { AssetValue, CommissionFact, ExchangeRate } from '#tiers';

/** A value and where it comes from: the source's own record, and the log. */
export interface SourcedAssets extends AssetValue {
  source: string;
  sourceRecord: string | null;
  position: number;
}

export interface SourcedCommission extends CommissionFact {
  accountId: string;
  tradeId: string;
  kind: string;
  source: string;
  sourceRecord: string | null;
  position: number;
}

export interface Gap {
  accountId: string;
  source: string;
  firstSequence: number;
  lastSequence: number;
}

/** What is known of a client's accounts at a position of the log. */
export interface ClientFacts {
  assets: SourcedAssets[];
  commissions: SourcedCommission[];
  /** Missing stretches of an account's sequence. */
  gaps: Gap[];
  /** Accounts with the source that tells of each, and from when to when it is to tell. */
  accounts: {
    accountId: string;
    source: string;
    firstOn: LocalDate;
    closedOn: LocalDate | null;
    unlinkedOn: LocalDate | null;
  }[];
}

/** A row that holds as known at position $2. */
export const IN_FORCE = 'position <= $2 AND (replaced_at IS NULL OR replaced_at > $2)';
/**
 * A gap of an account that is the client's no more stops them no more; its later messages are another owner's. A scalar
 * subquery, for the planner would turn a NOT EXISTS into a join that reads every account for each client. A gap of a source
 * of whose facts none counts stops nobody.
 */
export const GAP_STOPS = `${notSetAside('account_gaps', '$2')} AND coalesce((SELECT min(a.unlinked_position) FROM read.accounts a WHERE a.client_id = account_gaps.client_id
  AND a.account_id = account_gaps.account_id), 9223372036854775807) > $2`;
/** SQL: the day on which the account of `read.accounts` in alias `t` closed, by the source that says so. */
export const CLOSED_ON = (t: string): string => `(SELECT min(c.closed_on) FROM read.accounts c
  WHERE c.client_id = ${t}.client_id AND c.account_id = ${t}.account_id AND c.position <= $2 AND ${countedAccount('c', '$2')})`;
const ACCOUNTS = `
  SELECT client_id, account_id AS "accountId", source, first_on AS "firstOn", ${CLOSED_ON('a')} AS "closedOn",
         CASE WHEN unlinked_position <= $2 THEN unlinked_on END AS "unlinkedOn"
    FROM read.accounts a WHERE client_id = ANY ($1::uuid[]) AND position <= $2 AND ${countedForSomething('a', '$2')}
   ORDER BY account_id, source`;
const ASSETS = `
  SELECT DISTINCT ON (account_id, on_date, client_id) client_id, account_id AS "accountId", on_date AS "on", total_minor AS "totalMinor", currency, source,
         source_record AS "sourceRecord", position
    FROM read.account_assets a WHERE client_id = ANY ($1::uuid[]) AND ${IN_FORCE} AND ${countedAssets('a', '$2')}
   ORDER BY account_id, on_date, client_id, position DESC`;
const COMMISSIONS = `
  SELECT client_id, account_id AS "accountId", trade_id AS "tradeId", kind, on_date AS "on", commission_minor - passed_on_minor AS "netMinor",
         currency, source, source_record AS "sourceRecord", position
    FROM read.account_turnover t WHERE client_id = ANY ($1::uuid[]) AND ${IN_FORCE} AND state <> 'cancelled'
     AND ${countedFact('t', `'trades'`, '$2')} AND commission_minor <> passed_on_minor ORDER BY on_date, account_id, trade_id`;
const GAPS = `
  SELECT client_id, account_id AS "accountId", source, first_sequence AS "firstSequence", last_sequence AS "lastSequence"
    FROM read.account_gaps WHERE client_id = ANY ($1::uuid[]) AND position <= $2 AND (closed_position IS NULL OR closed_position > $2)
     AND ${GAP_STOPS} ORDER BY account_id, first_sequence`;

const nothing = (): ClientFacts => ({ assets: [], commissions: [], gaps: [], accounts: [] });

/** Facts of these clients as known at a position; a client without any has empty lists. */
export async function clientFacts(db: Sql, clientIds: readonly Uuid[], knownTo: number): Promise<ReadonlyMap<Uuid, ClientFacts>> {
  const facts = new Map<Uuid, ClientFacts>(clientIds.map((id) => [id, nothing()]));
  const collect = async <K extends keyof ClientFacts>(text: string, kind: K): Promise<void> => {
    const { rows } = await db.query<{ client_id: Uuid } & ClientFacts[K][number]>(text, [[...facts.keys()], knownTo]);
    for (const { client_id, ...row } of rows) (facts.get(client_id)![kind] as object[]).push(row);
  };
  await collect(ACCOUNTS, 'accounts');
  await collect(ASSETS, 'assets');
  await collect(COMMISSIONS, 'commissions');
  await collect(GAPS, 'gaps');
  return facts;
}

/** Every rate to a currency as known at a position: few, and needed for any date. */
export async function exchangeRates(db: Sql, base: string, knownTo: number): Promise<ExchangeRate[]> {
  const { rows } = await db.query<ExchangeRate>(
    `SELECT on_date AS "on", currency, amount_minor AS "amountMinor", base_minor AS "baseMinor"
       FROM read.exchange_rates r WHERE base = $1 AND ${IN_FORCE} AND ${countedRate('r', '$2')} ORDER BY on_date, currency`,
    [base, knownTo],
  );
  return rows;
}

/** Which sources have said all they had to say, by day, as known at a position. */
export async function completeDays(db: Sql, days: readonly LocalDate[], knownTo: number): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ source: string; on: LocalDate }>(
    'SELECT source, on_date AS "on" FROM read.source_days WHERE on_date = ANY ($1::date[]) AND position <= $2',
    [days, knownTo],
  );
  return new Set(rows.map(({ source, on }) => sourceDay(source, on)));
}

/** Sources that have ended, with the last day that they tell of. */
export async function endedSources(db: Sql, knownTo: number): Promise<ReadonlyMap<string, LocalDate>> {
  const { rows } = await db.query<{ source: string; lastDay: LocalDate }>(
    'SELECT source, last_day AS "lastDay" FROM read.ended_sources WHERE position <= $1',
    [knownTo],
  );
  return new Map(rows.map(({ source, lastDay }) => [source, lastDay]));
}

export const sourceDay = (source: string, on: LocalDate): string => `${on} ${source}`;
