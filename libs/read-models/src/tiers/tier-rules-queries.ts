import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { LocalDate } from '#event-sourcing';
import type { TierRules } from '#tiers';
import { type TierRulesRow, tierRulesTable } from './tier-rules.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

export interface TierRulesSummary extends Omit<TierRulesRow, 'version' | 'streamVersion' | 'publishedVersion' | 'document' | 'draftedBy'> {
  ruleVersion: string;
  draftedBy: string[];
  /** Of a published version: the first day that a later one evaluates; null for the latest. */
  effectiveTo: LocalDate | null;
}

export interface OfTierRules extends AsOf {
  /** Of all rules together, for If-Match. */
  version: number;
}

export interface TierRulesView extends TierRulesSummary, OfTierRules {
  rules: TierRules;
}

const VERSIONS_MAX = 1_000;

/** Every version, the one that was acted on last first. */
export class TierRulesListQuery extends Query<({ items: TierRulesSummary[] } & OfTierRules) | undefined> {
  constructor(readonly scope: string) {
    super();
  }
}

@QueryHandler(TierRulesListQuery)
export class TierRulesListHandler implements IQueryHandler<TierRulesListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope }: TierRulesListQuery) {
    return this.database.asOf(scope, tierRulesTable, async (manager) => {
      const rows = await rowsOf(manager);
      return { version: rows[0]?.streamVersion ?? 0, items: rows.map((row) => summaryOf(row, rows)) };
    });
  }
}

/** One version with its rules. Undefined where there is none of this name. */
export class TierRulesQuery extends Query<TierRulesView | undefined> {
  constructor(
    readonly ruleVersion: string,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(TierRulesQuery)
export class TierRulesHandler implements IQueryHandler<TierRulesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ ruleVersion, scope }: TierRulesQuery): Promise<TierRulesView | undefined> {
    return this.database.asOf(scope, tierRulesTable, async (manager) => {
      const rows = await rowsOf(manager);
      const row = rows.find(({ version }) => version === ruleVersion);
      return row && { ...summaryOf(row, rows), version: rows[0]!.streamVersion, rules: JSON.parse(row.document) as TierRules };
    });
  }
}

const rowsOf = (manager: EntityManager): Promise<TierRulesRow[]> =>
  repositoryOf(manager, tierRulesTable).find({ order: { streamVersion: 'DESC' }, take: VERSIONS_MAX });

function summaryOf(row: TierRulesRow, all: readonly TierRulesRow[]): TierRulesSummary {
  const { version, streamVersion: _stream, publishedVersion, document: _document, draftedBy, ...summary } = row;
  return { ruleVersion: version, ...summary, draftedBy: JSON.parse(draftedBy) as string[], effectiveTo: endOf(publishedVersion, all) };
}

/** Published versions follow each other: one ends where the next one begins. */
function endOf(published: number | null, all: readonly TierRulesRow[]): LocalDate | null {
  if (published === null) return null;
  const later = all.filter(({ publishedVersion }) => publishedVersion !== null && publishedVersion > published);
  return later.map(({ effectiveFrom }) => effectiveFrom!).sort()[0] ?? null;
}
