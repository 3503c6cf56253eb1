import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant, Uuid } from '#event-sourcing';
import { type CaseFacts, inOrder, type StoredFact } from '#service-levels';
import { caseFactsTable } from './case-facts.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

type Opening = NonNullable<CaseFacts['opens']>;

export interface CaseFactsView extends Opening, AsOf {
  subjectId: Uuid;
  branchId: string;
  /** Where in the log it was received, and when that was recorded. */
  openedPosition: number;
  openedAt: Instant;
  /** In order of when they happened, and as recorded where that is the same. */
  facts: StoredFact[];
}

/** What the clocks of a request or a complaint go by. Undefined where the caller sees no such case. */
export class CaseFactsQuery extends Query<CaseFactsView | undefined> {
  constructor(
    readonly subjectId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(CaseFactsQuery)
export class CaseFactsHandler implements IQueryHandler<CaseFactsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ subjectId, scope }: CaseFactsQuery): Promise<CaseFactsView | undefined> {
    return this.database.asOf(scope, caseFactsTable, async (manager) => {
      const rows = await repositoryOf(manager, caseFactsTable).find({ where: { subjectId }, order: { position: 'ASC' } });
      const opening = rows.find(({ opens }) => opens !== null);
      if (!opening) return undefined;
      const facts = rows.flatMap((row) => JSON.parse(row.facts) as StoredFact[]);
      const opens = JSON.parse(opening.opens!) as Opening;
      const [recorded] = await manager.query<{ at: Date }[]>('SELECT recorded_at AS at FROM log.events WHERE position = $1', [
        opening.position,
      ]);
      const opened = { openedPosition: opening.position, openedAt: new Date(recorded!.at).toISOString() };
      return { subjectId, branchId: opening.branchId, ...opened, ...opens, facts: inOrder(facts) };
    });
  }
}
