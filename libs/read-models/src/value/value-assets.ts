import type { EntityManager } from 'typeorm';
import { addDays, daysBetween, type LocalDate, multiplyRationals, rational, type Uuid } from '#event-sourcing';
import type { DaySpan, DormancyFacts } from '#tiers';
import { countedAccount, countedAssets, countedFact } from '../accounts/counted-facts.js';
import { type ExactSum, exactSum, exactSums, groupedBy, RATE_COLUMNS, type SummedRow, withRate } from './value-amounts.js';
import type { ClientRange } from './value-clients.js';

// A value holds from its day until its account's next one: its share of the span is whole days, so that the sum is exact.
const ASSET_DAYS = `
  WITH held AS (
    SELECT a.client_id, a.total_minor, a.currency, a.on_date,
           least(coalesce(lead(a.on_date) OVER (PARTITION BY a.client_id, a.account_id ORDER BY a.on_date, a.position), $4::date), $4::date) - greatest(a.on_date, $3::date) AS days
      FROM read.account_assets a
     WHERE a.client_id > $1 AND a.client_id <= $2 AND a.on_date < $4::date AND a.replaced_at IS NULL
       AND ${countedAssets('a')})
  SELECT h.client_id AS "clientId", h.currency, sum(h.total_minor * h.days)::text AS minor, count(*)::int AS facts, ${RATE_COLUMNS}
    FROM held h ${withRate('h', '$5')}
   WHERE h.days > 0 AND h.total_minor <> 0
   GROUP BY h.client_id, h.currency, r.amount_minor, r.base_minor`;

/** Average daily assets over the days of a span, exact, each value at the rate of its own day. Who held nothing is absent. */
export async function averageAssets(
  manager: EntityManager,
  { after, last }: ClientRange,
  { from, to }: DaySpan,
  base: string,
): Promise<Map<Uuid, ExactSum>> {
  const rows = await manager.query<SummedRow[]>(ASSET_DAYS, [after, last, from, addDays(to, 1), base]);
  const days = daysBetween(from, to) + 1;
  const means = [...exactSums(rows, base)].map(([clientId, { sum, unconverted }]) => {
    return [clientId, { sum: multiplyRationals(sum, rational(1, days)), unconverted }] as const;
  });
  return new Map(means);
}

interface HoldingRow extends Omit<SummedRow, 'minor'> {
  securities: string;
  cash: string;
  /** A total that is not zero, of which the source tells no parts. */
  unknown: boolean;
}

const HOLDINGS = `
  SELECT t.client_id AS "clientId", t.currency, coalesce(sum(t.securities_minor), 0)::text AS securities, coalesce(sum(t.cash_minor), 0)::text AS cash,
         count(*)::int AS facts, bool_or(t.total_minor <> 0 AND (t.securities_minor IS NULL OR t.cash_minor IS NULL)) AS unknown, ${RATE_COLUMNS}
    FROM (SELECT DISTINCT ON (a.client_id, a.account_id) a.* FROM read.account_assets a
           WHERE a.client_id > $1 AND a.client_id <= $2 AND a.on_date <= $3::date AND a.replaced_at IS NULL
             AND ${countedAssets('a')}
           ORDER BY a.client_id, a.account_id, a.on_date DESC, a.position DESC) t ${withRate('t', '$4')}
   GROUP BY t.client_id, t.currency, r.amount_minor, r.base_minor`;

const ACTIVITY = `
  SELECT a.client_id AS "clientId", max(greatest(a.first_on,
           (SELECT max(t.on_date) FROM read.account_turnover t WHERE t.client_id = a.client_id AND t.account_id = a.account_id AND t.on_date <= $3::date
               AND t.replaced_at IS NULL AND t.state <> 'cancelled' AND t.kind = 'trade' AND ${countedFact('t', `'trades'`)}),
           (SELECT max(m.on_date) FROM read.account_movements m WHERE m.client_id = a.client_id AND m.account_id = a.account_id AND m.on_date <= $3::date
               AND m.replaced_at IS NULL AND m.state <> 'cancelled' AND ${countedFact('m', 'm.kind')})))::text AS "lastActivityOn"
    FROM read.accounts a
   WHERE a.client_id > $1 AND a.client_id <= $2 AND a.first_on <= $3::date AND ${countedAccount('a')}
   GROUP BY a.client_id HAVING bool_or(a.closed_on IS NULL OR a.closed_on > $3::date)`;

/** What dormancy goes by, of the clients with an open account on the day. */
export async function dormancyFacts(
  manager: EntityManager,
  { after, last }: ClientRange,
  asOf: LocalDate,
  base: string,
): Promise<Map<Uuid, DormancyFacts>> {
  const rows = await manager.query<HoldingRow[]>(HOLDINGS, [after, last, asOf, base]);
  const holdings = groupedBy(rows, ({ clientId }) => clientId);
  const active = await manager.query<{ clientId: Uuid; lastActivityOn: LocalDate }[]>(ACTIVITY, [after, last, asOf]);
  return new Map(
    active.map(({ clientId, lastActivityOn }) => {
      const own = holdings.get(clientId) ?? [];
      const unknown = own.some((row) => row.unknown);
      const part = (name: 'securities' | 'cash') => {
        const { sum, unconverted } = exactSum(
          own.map((row) => ({ ...row, minor: row[name] })),
          base,
        );
        return unknown || unconverted > 0 ? null : sum;
      };
      return [clientId, { securities: part('securities'), cash: part('cash'), lastActivityOn }];
    }),
  );
}
