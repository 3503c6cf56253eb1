import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { LocalDate } from '#event-sourcing';
import { ladder, type TierName } from '#tiers';
import { tierStandingTable } from './tier-standings.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

/** Clients of one branch with one tier in force on a date. */
export interface TierMixCell {
  on: LocalDate;
  branchId: string;
  tier: TierName;
  clients: number;
  /** Of them, how many have it by an override. */
  byOverride: number;
}

/** Changes of the rule tier that take effect in a month. */
export interface TierChangeCell {
  month: string;
  branchId: string;
  change: 'promotion' | 'demotion';
  from: TierName;
  to: TierName;
  clients: number;
}

/** Overrides in force on a date against all clients with a tier. */
export interface OverrideShare {
  branchId: string;
  clients: number;
  overrides: number;
  /** Of ten thousand, rounded down. */
  basisPoints: number;
}

export interface TierFigures {
  mix: TierMixCell[];
  changes: TierChangeCell[];
  overrides: OverrideShare[];
}

/** As known now: the mix on each date, changes that take effect in `[from, to]`, and overrides in force on `to`. */
export class TierFiguresQuery extends Query<(TierFigures & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly from: LocalDate,
    readonly to: LocalDate,
    /** Dates of the mix, ascending. */
    readonly dates: readonly LocalDate[],
    readonly branchId?: string,
  ) {
    super();
  }
}

/**
 * The tier in force of each client on each date of $1, as known now: the last statement that covers the date, and the
 * override approved for it and not revoked. $2: the ladder, ascending; $3: one branch, null for all. The same in sets as
 * `tierInForce` of libs/tiers, which tests hold it to.
 */
const inForceOn = (assertions: string): string => `
  SELECT d.on_date, t.client_id, t.branch_id, t.rule_tier, t.override_id,
         CASE WHEN t.override_id IS NULL THEN t.rule_tier WHEN t.mode = 'pin' OR t.rule_tier IS NULL THEN t.override_tier
              WHEN array_position($2::text[], t.override_tier) > array_position($2::text[], t.rule_tier) THEN t.override_tier ELSE t.rule_tier END AS tier
    FROM unnest($1::date[]) AS d (on_date)
   CROSS JOIN LATERAL (
     SELECT client_id, coalesce(r.branch_id, o.branch_id) AS branch_id, r.tier AS rule_tier, o.override_id, o.mode, o.tier AS override_tier
       FROM (SELECT DISTINCT ON (a.client_id) a.client_id, a.branch_id, a.tier FROM ${assertions} a
              WHERE a.kind = 'rule' AND a.valid_from <= d.on_date AND (a.valid_to IS NULL OR a.valid_to > d.on_date)
                AND ($3::text IS NULL OR a.branch_id = $3)
              ORDER BY a.client_id, a.position DESC, a.ordinal DESC) r
       FULL JOIN (SELECT a.client_id, a.branch_id, a.override_id, a.mode, a.tier
               FROM (SELECT v.*, min(v.valid_from) FILTER (WHERE v.kind = 'revocation') OVER (PARTITION BY v.client_id, v.override_id) AS revoked_from
                       FROM ${assertions} v WHERE v.kind <> 'rule' AND ($3::text IS NULL OR v.branch_id = $3)) a
              WHERE a.kind = 'override' AND a.valid_from <= d.on_date AND (a.valid_to IS NULL OR a.valid_to > d.on_date)
                AND (a.revoked_from IS NULL OR a.revoked_from > d.on_date)) o USING (client_id)) t`;

export const IN_FORCE_ON = inForceOn('read.tier_assertions');

/**
 * How many clients have which tier on each date; the parameters are those of IN_FORCE_ON. Most clients' tiers are steps that
 * follow each other: each holds until the next begins, equal ones are counted once for all dates. Those with an override
 * or a correction, the few, are looked at date by date. So the cost hardly grows with the number of dates.
 */
export const MIX_ON = `
  WITH said AS (
    SELECT *, lead(valid_from) OVER w AS until, kind <> 'rule' OR valid_to IS NOT NULL OR coalesce(valid_from < lag(valid_from) OVER w, false) AS is_odd
      FROM read.tier_assertions WHERE $3::text IS NULL OR branch_id = $3 WINDOW w AS (PARTITION BY client_id ORDER BY position, ordinal)
  ), marked AS MATERIALIZED (
    SELECT *, bool_or(is_odd) OVER (PARTITION BY client_id) AS of_the_few FROM said
  ), few AS MATERIALIZED (
    SELECT * FROM marked WHERE of_the_few
  ), steps AS (
    SELECT branch_id, tier, valid_from, until, count(*) AS clients FROM marked WHERE NOT of_the_few GROUP BY 1, 2, 3, 4
  )
  SELECT on_date::text AS "on", branch_id AS "branchId", tier, sum(clients)::int AS clients, sum(overridden)::int AS "byOverride"
    FROM (SELECT d.on_date, s.branch_id, s.tier, s.clients, 0 AS overridden
            FROM unnest($1::date[]) AS d (on_date) JOIN steps s ON s.valid_from <= d.on_date AND (s.until IS NULL OR s.until > d.on_date)
          UNION ALL
          SELECT on_date, branch_id, tier, 1, (override_id IS NOT NULL)::int FROM (${inForceOn('few')}) f) t
   GROUP BY 1, 2, 3 ORDER BY 1, 2, array_position($2::text[], tier)`;

const CHANGES = `
  SELECT to_char(on_date + 1, 'YYYY-MM') AS month, branch_id AS "branchId",
         CASE WHEN array_position($3::text[], tier) > array_position($3::text[], current_tier) THEN 'promotion' ELSE 'demotion' END AS change,
         current_tier AS "from", tier AS "to", count(*)::int AS clients
    FROM read.tier_evaluations
   WHERE replaced_at IS NULL AND current_tier <> tier AND on_date + 1 BETWEEN $1 AND $2 AND ($4::text IS NULL OR branch_id = $4)
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`;

@QueryHandler(TierFiguresQuery)
export class TierFiguresHandler implements IQueryHandler<TierFiguresQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, from, to, dates, branchId: only }: TierFiguresQuery): Promise<(TierFigures & AsOf) | undefined> {
    const branchId = only ?? null;
    return this.database.asOf(scope, tierStandingTable, async (manager) => {
      const mix = await mixOn(manager, [...new Set([...dates, to])], branchId);
      const changes = await manager.query<TierChangeCell[]>(CHANGES, [from, to, ladderNames, branchId]);
      const asked = mix.filter(({ on }) => dates.includes(on));
      return { mix: asked, changes, overrides: sharesOf(mix.filter(({ on }) => on === to)) };
    });
  }
}

const ladderNames = [...ladder];

const mixOn = (manager: EntityManager, dates: readonly LocalDate[], branchId: string | null): Promise<TierMixCell[]> =>
  manager.query<TierMixCell[]>(MIX_ON, [dates, ladderNames, branchId]);

function sharesOf(mix: readonly TierMixCell[]): OverrideShare[] {
  const shares = new Map<string, { clients: number; overrides: number }>();
  for (const { branchId, clients, byOverride } of mix) {
    const share = shares.get(branchId) ?? { clients: 0, overrides: 0 };
    shares.set(branchId, { clients: share.clients + clients, overrides: share.overrides + byOverride });
  }
  return [...shares].map(([branchId, { clients, overrides }]) => ({
    branchId,
    clients,
    overrides,
    basisPoints: clients === 0 ? 0 : Math.floor((overrides * 10_000) / clients),
  }));
}
