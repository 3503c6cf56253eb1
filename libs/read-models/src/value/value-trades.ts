import type { EntityManager } from 'typeorm';
import type { LocalDate, Uuid } from '#event-sourcing';
import { type DaySpan, type RfmFacts, type RfmScales, rfmWindow } from '#tiers';
import { countedFact } from '../accounts/counted-facts.js';
import { type ExactSum, exactSums, groupedBy, nothing, RATE_COLUMNS, type SummedRow, withRate } from './value-amounts.js';
import type { ClientRange } from './value-clients.js';

export interface TradeDates {
  /** Of any time up to the day asked for. */
  lastTradeOn: LocalDate | null;
  /** Distinct ones within each span asked for. */
  within: number[];
}

const TRADES = (spans: number): string => `
  SELECT t.client_id AS "clientId", max(t.on_date)::text AS "lastTradeOn",
         ARRAY[${Array.from({ length: spans }, (_, i) => `count(DISTINCT t.on_date) FILTER (WHERE t.on_date BETWEEN $${4 + 2 * i}::date AND $${5 + 2 * i}::date)`).join(', ')}]::int[] AS within
    FROM read.account_turnover t
   WHERE t.client_id > $1 AND t.client_id <= $2 AND t.on_date <= $3::date AND t.replaced_at IS NULL AND t.kind = 'trade' AND t.state <> 'cancelled'
     AND ${countedFact('t', `'trades'`)}
   GROUP BY t.client_id`;

/** Trade dates of the clients who ever traded up to a day. */
export async function tradeDates(
  manager: EntityManager,
  { after, last }: ClientRange,
  asOf: LocalDate,
  spans: readonly DaySpan[],
): Promise<Map<Uuid, TradeDates>> {
  const values = [after, last, asOf, ...spans.flatMap(({ from, to }) => [from, to])];
  const rows = await manager.query<(TradeDates & { clientId: Uuid })[]>(TRADES(spans.length), values);
  return new Map(rows.map(({ clientId, ...dates }) => [clientId, dates]));
}

const COMMISSION = `
  SELECT t.client_id AS "clientId", t.currency, sum(t.commission_minor - t.passed_on_minor)::text AS minor, count(*)::int AS facts, ${RATE_COLUMNS}
    FROM read.account_turnover t ${withRate('t', '$5')}
   WHERE t.client_id > $1 AND t.client_id <= $2 AND t.on_date BETWEEN $3 AND $4 AND t.replaced_at IS NULL AND t.state <> 'cancelled'
     AND t.commission_minor <> t.passed_on_minor AND ${countedFact('t', `'trades'`)}
   GROUP BY t.client_id, t.currency, r.amount_minor, r.base_minor`;

/** Net commission of trades and charges within days; clients who left none are absent. */
export async function netCommissions(
  manager: EntityManager,
  { after, last }: ClientRange,
  { from, to }: DaySpan,
  base: string,
): Promise<Map<Uuid, ExactSum>> {
  return exactSums(await manager.query<SummedRow[]>(COMMISSION, [after, last, from, to, base]), base);
}

const MONTHLY = COMMISSION.replace('SELECT', `SELECT to_char(t.on_date, 'YYYY-MM') AS month,`).replace(
  'GROUP BY',
  `GROUP BY to_char(t.on_date, 'YYYY-MM'),`,
);

/** The same over the whole span, and by month, `YYYY-MM`. */
export async function monthlyCommissions(
  manager: EntityManager,
  { after, last }: ClientRange,
  { from, to }: DaySpan,
  base: string,
): Promise<{ whole: Map<Uuid, ExactSum>; months: Map<string, Map<Uuid, ExactSum>> }> {
  const rows = await manager.query<(SummedRow & { month: string })[]>(MONTHLY, [after, last, from, to, base]);
  const months = [...groupedBy(rows, ({ month }) => month)].map(([month, own]) => [month, exactSums(own, base)] as const);
  return { whole: exactSums(rows, base), months: new Map(months) };
}

/** What RFM counts, by client; who never traded and left no commission is absent. */
export async function rfmFacts(
  manager: EntityManager,
  range: ClientRange,
  asOf: LocalDate,
  base: string,
  scales: RfmScales,
): Promise<Map<Uuid, RfmFacts & { unconverted: number }>> {
  const window = rfmWindow(asOf, scales);
  const dates = await tradeDates(manager, range, asOf, [window]);
  const commissions = await netCommissions(manager, range, window, base);
  return new Map(
    [...new Set([...dates.keys(), ...commissions.keys()])].map((clientId) => {
      const { lastTradeOn, within } = dates.get(clientId) ?? { lastTradeOn: null, within: [0] };
      const { sum, unconverted } = commissions.get(clientId) ?? nothing;
      return [clientId, { lastTradeOn, tradeDates: within[0]!, netCommission: sum, unconverted }];
    }),
  );
}
