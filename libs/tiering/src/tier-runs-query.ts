import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type AsOf, ReadDatabase, tierStandings } from '#read-models';
import { type Run, runs } from './runs.js';

/** How each month end went, the latest first: counts of the whole firm, as they were when it was done. */
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
    const items = (await runs(this.database.sql(scope))).reverse();
    return { items: items.map(({ after: _after, ...run }) => run), ...fresh };
  }
}
