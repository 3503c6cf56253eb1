import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant, SubjectKind, Uuid } from '#event-sourcing';
import { inOrder, type StoredFact } from '#service-levels';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { caseFactsTable } from './case-facts.js';
import type { CaseFactsView } from './case-facts-query.js';

/** Cases received within `[from, before)`, by their ids. */
export interface ReceivedCases extends AsOf {
  cases: { subjectId: Uuid; kind: SubjectKind }[];
}

/** Which cases were received in a period; what is not dated was received in none. */
export class ReceivedCasesQuery extends Query<ReceivedCases | undefined> {
  constructor(
    readonly scope: string,
    readonly from: Instant,
    readonly before: Instant,
  ) {
    super();
  }
}

@QueryHandler(ReceivedCasesQuery)
export class ReceivedCasesHandler implements IQueryHandler<ReceivedCasesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, from, before }: ReceivedCasesQuery): Promise<ReceivedCases | undefined> {
    return this.database.asOf(scope, caseFactsTable, async (manager) => {
      const within = "received_at >= $1 AND received_at < $2 AND received_precision <> 'unknown'";
      const cases = await manager.query<ReceivedCases['cases']>(
        `SELECT request_id AS "subjectId", 'request' AS kind FROM read.requests WHERE ${within}
         UNION ALL SELECT complaint_id, 'complaint' FROM read.complaints WHERE ${within} ORDER BY 1`,
        [from, before],
      );
      return { cases };
    });
  }
}

/** What the clocks of these cases go by; what the caller does not see is left out. */
export class CaseFilesQuery extends Query<Omit<CaseFactsView, keyof AsOf>[]> {
  constructor(
    readonly scope: string,
    readonly subjectIds: readonly Uuid[],
  ) {
    super();
  }
}

interface FactsRow {
  subjectId: Uuid;
  branchId: string;
  position: string;
  /** Of the event that opens the case, null on all others. */
  opens: string | null;
  openedAt: Date | null;
  facts: string;
}

@QueryHandler(CaseFilesQuery)
export class CaseFilesHandler implements IQueryHandler<CaseFilesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, subjectIds }: CaseFilesQuery): Promise<Omit<CaseFactsView, keyof AsOf>[]> {
    return this.database.inScope(scope, async (manager) => {
      const rows = await manager.query<FactsRow[]>(
        `SELECT f.subject_id AS "subjectId", f.branch_id AS "branchId", f.position, f.opens, e.recorded_at AS "openedAt", f.facts
           FROM read.case_facts f LEFT JOIN log.events e ON f.opens IS NOT NULL AND e.position = f.position
          WHERE f.subject_id = ANY ($1::uuid[]) ORDER BY f.subject_id, f.position`,
        [subjectIds],
      );
      const bySubject = new Map<Uuid, FactsRow[]>();
      for (const row of rows) bySubject.set(row.subjectId, [...(bySubject.get(row.subjectId) ?? []), row]);
      return [...bySubject.values()].flatMap(fileOf);
    });
  }
}

function fileOf(rows: readonly FactsRow[]): Omit<CaseFactsView, keyof AsOf>[] {
  const opening = rows.find(({ opens }) => opens !== null);
  if (!opening) return [];
  const { subjectId, branchId, position, openedAt } = opening;
  const opens = JSON.parse(opening.opens!) as Pick<CaseFactsView, 'clientId' | 'kind' | 'subject'>;
  const facts = inOrder(rows.flatMap((row) => JSON.parse(row.facts) as StoredFact[]));
  return [{ ...opens, subjectId, branchId, openedPosition: Number(position), openedAt: new Date(openedAt!).toISOString(), facts }];
}
