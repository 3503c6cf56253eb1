import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate, Uuid } from '#event-sourcing';
import { ladder, type TierName } from '#tiers';
import { tierStandingTable } from './tier-standings.js';
import { tierAssertionTable } from './tier-history.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { IN_FORCE_ON } from './tier-figures.js';

export interface TieredClient {
  clientId: Uuid;
  clientNo: string | null;
  branchId: string;
  tier: TierName;
  /** Null where an override alone gives them a tier. */
  ruleTier: TierName | null;
  overrideId: Uuid | null;
}

export interface TierListFilter {
  tier?: string;
  branchId?: string;
  /** Only those that have it by an override. */
  overridden?: boolean;
}

/** Clients with the tier in force on a date, as known now: what is behind a figure of the tier mix. */
export class TieredClientsQuery extends Query<(Page<TieredClient> & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly on: LocalDate,
    readonly filter: TierListFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(TieredClientsQuery)
export class TieredClientsHandler implements IQueryHandler<TieredClientsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, on, filter, page }: TieredClientsQuery) {
    return this.database.asOf(scope, tierAssertionTable, async (manager) => {
      const rows = await manager.query<TieredClient[]>(
        `SELECT t.client_id AS "clientId", f.client_no AS "clientNo", t.branch_id AS "branchId", t.tier, t.rule_tier AS "ruleTier",
                t.override_id AS "overrideId"
           FROM (${IN_FORCE_ON}) t LEFT JOIN read.client_files f USING (client_id)
          WHERE ($4::text IS NULL OR t.tier = $4) AND (NOT $5 OR t.override_id IS NOT NULL) AND t.client_id > $6
          ORDER BY t.client_id LIMIT $7`,
        [
          [on],
          [...ladder],
          filter.branchId ?? null,
          filter.tier ?? null,
          filter.overridden ?? false,
          page.after?.[0] ?? FIRST,
          page.limit + 1,
        ],
      );
      return pageOf(
        rows,
        page.limit,
        (row) => row,
        ({ clientId }) => [clientId],
      );
    });
  }
}

export interface TierChange {
  clientId: Uuid;
  branchId: string;
  change: 'promotion' | 'demotion';
  from: TierName;
  to: TierName;
  evaluatedOn: LocalDate;
  effectiveFrom: LocalDate;
  ruleVersion: string;
}

export interface TierChangeFilter {
  change?: string;
  branchId?: string;
  fromTier?: string;
  toTier?: string;
}

/** Promotions and demotions by evaluation that take effect in `[from, to]`, the latest first: what is behind their counts. */
export class TierChangesQuery extends Query<(Page<TierChange> & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly from: LocalDate,
    readonly to: LocalDate,
    readonly filter: TierChangeFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(TierChangesQuery)
export class TierChangesHandler implements IQueryHandler<TierChangesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, from, to, filter, page }: TierChangesQuery) {
    return this.database.asOf(scope, tierStandingTable, async (manager) => {
      const rows = await manager.query<TierChange[]>(
        `SELECT * FROM (
           SELECT client_id AS "clientId", branch_id AS "branchId", current_tier AS "from", tier AS "to", on_date::text AS "evaluatedOn",
                  (on_date + 1)::text AS "effectiveFrom", rule_version AS "ruleVersion",
                  CASE WHEN array_position($3::text[], tier) > array_position($3::text[], current_tier) THEN 'promotion' ELSE 'demotion' END AS change
             FROM read.tier_evaluations
            WHERE replaced_at IS NULL AND current_tier <> tier AND on_date + 1 BETWEEN $1 AND $2 AND ($4::text IS NULL OR branch_id = $4)) c
          WHERE ($5::text IS NULL OR change = $5) AND ($9::text IS NULL OR c."from" = $9) AND ($10::text IS NULL OR c."to" = $10)
            AND ($6::date IS NULL OR ("evaluatedOn"::date, "clientId") < ($6::date, $7::uuid))
          ORDER BY "evaluatedOn" DESC, "clientId" DESC LIMIT $8`,
        [
          from,
          to,
          [...ladder],
          filter.branchId ?? null,
          filter.change ?? null,
          page.after?.[0] ?? null,
          page.after?.[1] ?? null,
          page.limit + 1,
          filter.fromTier ?? null,
          filter.toTier ?? null,
        ],
      );
      return pageOf(
        rows,
        page.limit,
        (row) => row,
        ({ evaluatedOn, clientId }) => [evaluatedOn, clientId],
      );
    });
  }
}

const FIRST: Uuid = '00000000-0000-0000-0000-000000000000';
