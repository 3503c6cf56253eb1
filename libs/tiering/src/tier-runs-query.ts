import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type AsOf, ReadDatabase, tierStandings } from '#read-models';
import { ladder } from '#tiers';
import type { LocalDate } from '#event-sourcing';
import { type Run, type RunCounts, runs } from './runs.js';

interface BranchCounts extends RunCounts {
  on: LocalDate;
}

const NOBODY: RunCounts = { clients: 0, evaluated: 0, stopped: 0, promoted: 0, demoted: 0 };

const rank = (tier: string): string => `array_position('{${ladder.join(',')}}'::text[], ${tier})`;
/** Of the clients whom the scope sees: what was said first of each day, which is what its run counted. */
const COUNTS = `
  SELECT on_date::text AS "on", count(*)::int AS clients, count(*) FILTER (WHERE NOT stopped)::int AS evaluated,
         count(*) FILTER (WHERE stopped)::int AS stopped,
         count(*) FILTER (WHERE ${rank('tier')} > ${rank('current_tier')})::int AS promoted,
         count(*) FILTER (WHERE ${rank('tier')} < ${rank('current_tier')})::int AS demoted
    FROM (SELECT DISTINCT ON (client_id, on_date) * FROM read.tier_evaluations ORDER BY client_id, on_date, position) first
   GROUP BY on_date`;

/** How each month end went, the latest first: counts of the firm, or of a branch, as they were when it was done. */
export class TierRunsQuery extends Query<({ items: Omit<Run, 'after'>[] } & AsOf) | undefined> {
  constructor(readonly scope: string) {
    super();
  }
}

@QueryHandler(TierRunsQuery)
export class TierRunsHandler implements IQueryHandler<TierRunsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope }: TierRunsQuery): Promise<{ items: Omit<Run, 'after'>[] } & AsOf> {
    const fresh = await this.database.freshness(scope, tierStandings);
    const sql = this.database.sql(scope);
    const items = (await runs(sql)).reverse().map(({ after: _after, ...run }) => run);
    if (scope === '*') return { items, ...fresh };
    const counts = new Map((await sql.query<BranchCounts>(COUNTS)).rows.map(({ on, ...own }) => [on, own]));
    return { items: items.map((run) => ({ ...run, ...(counts.get(run.on) ?? NOBODY) })), ...fresh };
  }
}
