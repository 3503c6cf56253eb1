import type { ControlTotals } from '#back-office';
import type { Sql } from '#database';
import type { LocalDate } from '#event-sourcing';

export type OpenReason = 'totals-disagree' | 'messages-parked' | 'facts-not-applied';

/** Totals of days as they stand in the inbox: each record once, by its latest statement. A day of which nothing came has none. */
export async function receivedOn(sql: Sql, source: string, days: readonly LocalDate[]): Promise<ReadonlyMap<LocalDate, ControlTotals>> {
  const totals = new Map<LocalDate, ControlTotals & { assetsMinor?: Record<string, number> }>();
  if (days.length === 0) return totals;
  const { rows } = await sql.query<{ on: LocalDate; currency: string | null; records: number; assets: number | null }>(
    `SELECT m.on_date AS "on", m.currency, count(*)::int AS records,
            CASE WHEN bool_or(m.kind = 'assetsObserved')
                 THEN least(sum(m.amount_minor) FILTER (WHERE m.kind = 'assetsObserved'), 9007199254740991)::bigint END AS assets
       FROM bridge.messages m
      WHERE m.source = $1 AND m.on_date = ANY ($2::date[]) AND m.holds_key AND m.status IN ('waiting', 'applied')
        AND NOT EXISTS (SELECT FROM bridge.messages n WHERE n.source = m.source AND n.record = m.record AND n.version > m.version
                           AND n.holds_key AND n.status IN ('waiting', 'applied'))
      GROUP BY m.on_date, m.currency`,
    [source, days],
  );
  for (const { on, currency, records, assets } of rows) {
    const day = totals.get(on) ?? { records: 0 };
    totals.set(on, day);
    day.records += records;
    if (currency !== null && assets !== null) (day.assetsMinor ??= {})[currency] = assets;
  }
  return totals;
}

export const receivedOf = async (sql: Sql, source: string, on: LocalDate): Promise<ControlTotals> =>
  (await receivedOn(sql, source, [on])).get(on) ?? { records: 0 };

/** Whether totals say the same; a currency that is left out has none. */
export const sameTotals = (a: ControlTotals, b: ControlTotals): boolean =>
  a.records === b.records &&
  [...new Set([...Object.keys(a.assetsMinor ?? {}), ...Object.keys(b.assetsMinor ?? {})])].every(
    (currency) => (a.assetsMinor?.[currency] ?? 0) === (b.assetsMinor?.[currency] ?? 0),
  );
