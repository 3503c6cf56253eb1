import type { Sql } from '#database';
import { addDays, type LocalDate, rational, type Uuid } from '#event-sourcing';
import { assetWindow, commissionPeriod, type Standing, type TierInputs, type TierName, type TierRules } from '#tiers';
import { countedAssets, countedFact, countedForSomething } from '#read-models';
import { CLOSED_ON, GAP_STOPS } from './client-facts.js';

/** A client to evaluate, with what could be summed in the database. */
export interface PageClient {
  clientId: Uuid;
  branchId: string;
  firstOn: LocalDate;
  /** Absent: the client has no tier yet. */
  standing:
    (Standing & { version: number; initialFrom: LocalDate; evaluatedOn: LocalDate | null; stoppedOn: LocalDate | null }) | undefined;
  sources: readonly string[];
  hasGap: boolean;
  /** A read model could not apply something of this client: what is known of them is not all. */
  parked: boolean;
  closed: boolean;
  /** Undefined where amounts of another currency take part: those are converted one by one. */
  inputs: TierInputs | undefined;
}

interface PageRow {
  clientId: Uuid;
  branchId: string | null;
  closed: boolean | null;
  firstOn: LocalDate;
  sources: string[];
  hasGap: boolean;
  parked: boolean;
  version: number | null;
  initialFrom: LocalDate;
  tier: TierName;
  strikes: number;
  promotedFrom: LocalDate | null;
  evaluatedOn: LocalDate | null;
  stoppedOn: LocalDate | null;
  assetDays: string | null;
  commission: string | null;
  accounts: number | null;
  facts: number | null;
  foreign: boolean;
}

const IDS = `
SELECT client_id FROM read.accounts a WHERE client_id > $1 AND position <= $2 AND ${countedForSomething('a', '$2')}
 GROUP BY client_id HAVING min(first_on) <= $3 ORDER BY client_id LIMIT $4`;

// Each client's rows are looked up by the client: a join of whole pages is planned by an estimate of how many clients lie in
// a range of ids, which is far off at the ends of a large table, and then costs seconds a page. LIMIT keeps a look-up one.
// A value holds from its day until its account's next one: its share of the window is whole days, so the sum is exact.
const PAGE = `
WITH page AS MATERIALIZED (
  SELECT client_id, min(first_on) AS first_on, min(branch_id) AS branch_id,
         array_agg(DISTINCT source) FILTER (WHERE first_on <= $3 AND coalesce(${CLOSED_ON('a')} > $3, true)
           AND (unlinked_position IS NULL OR unlinked_position > $2 OR unlinked_on > $3)) AS sources
    FROM read.accounts a WHERE client_id > $1 AND client_id <= $7 AND position <= $2 AND ${countedForSomething('a', '$2')} GROUP BY client_id HAVING min(first_on) <= $3
)
SELECT p.client_id AS "clientId", coalesce(f.branch_id, p.branch_id) AS "branchId", f.status = 'closed' AS closed, p.first_on AS "firstOn",
       coalesce(p.sources, '{}') AS sources,
       EXISTS (SELECT FROM read.account_gaps WHERE client_id = p.client_id AND position <= $2
                  AND (closed_position IS NULL OR closed_position > $2) AND ${GAP_STOPS}) AS "hasGap",
       EXISTS (SELECT FROM read.parked k WHERE k.key = p.client_id AND k.projection IN ('accountFacts', 'tierStandings')) AS parked,
       s.version, s.initial_from AS "initialFrom", s.tier, s.strikes, s.promoted_from AS "promotedFrom", s.evaluated_on AS "evaluatedOn",
       s.stopped_on AS "stoppedOn", a.asset_days AS "assetDays", e.commission, a.accounts, a.facts + e.facts AS facts,
       coalesce(a.other, false) OR coalesce(e.other, false) AS "foreign"
  FROM page p
  LEFT JOIN LATERAL (SELECT branch_id, status FROM read.client_files WHERE client_id = p.client_id LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT * FROM read.tier_standings WHERE client_id = p.client_id LIMIT 1) s ON true
 CROSS JOIN LATERAL (
   SELECT sum(total_minor * days) FILTER (WHERE days > 0)::text AS asset_days, count(DISTINCT account_id)::int AS accounts,
          count(*) FILTER (WHERE days > 0)::int AS facts, bool_or(days > 0 AND total_minor <> 0 AND currency <> $8) AS other
     FROM (SELECT account_id, total_minor, currency,
                  least(coalesce(lead(on_date) OVER (PARTITION BY account_id ORDER BY on_date, position), $5), $5) - greatest(on_date, $4) AS days
             FROM read.account_assets h
            WHERE client_id = p.client_id AND on_date <= $3 AND position <= $2 AND (replaced_at IS NULL OR replaced_at > $2)
              AND ${countedAssets('h', '$2')}) held) a
 CROSS JOIN LATERAL (
   SELECT sum(commission_minor - passed_on_minor)::text AS commission, count(*)::int AS facts, bool_or(currency <> $8) AS other
     FROM read.account_turnover t
    WHERE client_id = p.client_id AND on_date >= $6 AND on_date <= $3 AND state <> 'cancelled' AND commission_minor <> passed_on_minor
      AND position <= $2 AND (replaced_at IS NULL OR replaced_at > $2) AND ${countedFact('t', `'trades'`, '$2')}) e
 ORDER BY p.client_id`;

export interface PageQuestion {
  rules: TierRules;
  on: LocalDate;
  /** Facts up to this log position. */
  knownTo: number;
  after: Uuid;
  limit: number;
}

/**
 * The next clients with an account on or before a date, in order of their ids, each with its exact sums, in sets,
 * whatever their number. Mean over calendar days alone; of trading days, and of other currencies, `inputs` is undefined.
 */
export async function pageOfClients(db: Sql, { rules, on, knownTo, after, limit }: PageQuestion): Promise<PageClient[]> {
  const inCalendarDays = rules.dayBasis === 'calendar';
  const windowFrom = inCalendarDays ? assetWindow(rules, on).from : on;
  const ids = await db.query<{ client_id: Uuid }>(IDS, [after, knownTo, on, limit]);
  const last = ids.rows.at(-1)?.client_id;
  if (last === undefined) return [];
  const values = [after, knownTo, on, windowFrom, addDays(on, 1), commissionPeriod(on).from, last, rules.currency];
  const { rows } = await db.query<PageRow>(PAGE, values);
  return rows.map((row) => ({
    clientId: row.clientId,
    branchId: row.branchId!,
    firstOn: row.firstOn,
    sources: row.sources,
    hasGap: row.hasGap,
    parked: row.parked,
    closed: row.closed ?? false,
    standing: standingOf(row),
    inputs: inCalendarDays && !row.foreign ? inputsOf(row, rules) : undefined,
  }));
}

const standingOf = ({ version, initialFrom, tier, strikes, promotedFrom, evaluatedOn, stoppedOn }: PageRow): PageClient['standing'] =>
  version === null ? undefined : { version, initialFrom, tier, strikes, promotedFrom, evaluatedOn, stoppedOn };

const inputsOf = ({ assetDays, commission, accounts, facts }: PageRow, { windowDays }: TierRules): TierInputs => ({
  ada: rational(BigInt(assetDays ?? 0), windowDays),
  netCommission: rational(BigInt(commission ?? 0)),
  accounts: accounts ?? 0,
  facts: facts ?? 0,
});
