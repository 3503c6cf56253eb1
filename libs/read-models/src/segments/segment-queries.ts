import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { BranchCount, SegmentQuery } from '#clients';
import type { LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys, type DataKey, MasterKeys } from '#privacy';
import { segmentCountTable, type SegmentIndexes, segmentIndexes, type SegmentRow, segmentTable } from './segments.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { openRow } from '../reading/open-row.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { type IndexedSegment, segmentCounts, segmentPage } from './segment-members.js';
import type { ValueClient } from '../value/value-clients.js';
import type { ValueFrame, ValueQuestion } from '../value/value-pages.js';

export interface SegmentSummary extends Omit<SegmentRow, 'query' | 'indexes' | 'countedOn'> {
  query: SegmentQuery;
}

/** Segments, the newest first; those in use unless another status is asked for. */
export class SegmentListQuery extends Query<(Page<SegmentSummary> & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly filter: { status?: string },
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(SegmentListQuery)
export class SegmentListHandler implements IQueryHandler<SegmentListQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  execute({ scope, filter, page }: SegmentListQuery): Promise<(Page<SegmentSummary> & AsOf) | undefined> {
    return this.database.asOf(scope, segmentTable, async (manager) => {
      const rows = repositoryOf(manager, segmentTable)
        .createQueryBuilder('s')
        .where('s.status = :status', { status: filter.status ?? 'active' });
      if (page.after) rows.andWhere('s.segmentId < :after', { after: page.after[0] });
      const found = await rows
        .orderBy('s.segmentId', 'DESC')
        .limit(page.limit + 1)
        .getMany();
      const keys = await this.keys.find(found.map(({ segmentId }) => segmentId));
      const summary = (row: SegmentRow): SegmentSummary => summaryOf(row, keys.get(row.segmentId));
      return pageOf(found, page.limit, summary, ({ segmentId }) => [segmentId]);
    });
  }
}

/** How many belong to a segment today, and did on the days that it was counted: of the branches that the scope sees. */
export interface SegmentView extends SegmentSummary, ValueFrame {
  count: number;
  branches: BranchCount[];
  history: { on: LocalDate; count: number }[];
}

/** Undefined where there is no such segment. */
export class SegmentOfIdQuery extends Query<SegmentView | undefined> {
  constructor(
    readonly segmentId: Uuid,
    readonly question: ValueQuestion,
  ) {
    super();
  }
}

@QueryHandler(SegmentOfIdQuery)
export class SegmentOfIdHandler implements IQueryHandler<SegmentOfIdQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ segmentId, question }: SegmentOfIdQuery): Promise<SegmentView | undefined> {
    const found = await this.database.inScope(question.scope, async (manager) => {
      const row = await repositoryOf(manager, segmentTable).findOneBy({ segmentId });
      return row && { row, history: await historyOf(manager, row) };
    });
    if (!found) return undefined;
    const summary = summaryOf(found.row, await this.keys.findOne(segmentId));
    const { branches, ...frame } = await segmentCounts(this.database, question, indexedOf(found.row));
    return { ...summary, ...frame, count: sumOf(branches), branches, history: found.history };
  }
}

/** Who belongs to a saved segment. Undefined where there is no such segment. */
export class SegmentClientsQuery extends Query<(Page<ValueClient> & ValueFrame) | undefined> {
  constructor(
    readonly segmentId: Uuid,
    readonly question: ValueQuestion,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(SegmentClientsQuery)
export class SegmentClientsHandler implements IQueryHandler<SegmentClientsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ segmentId, question, page }: SegmentClientsQuery): Promise<(Page<ValueClient> & ValueFrame) | undefined> {
    const row = await this.database.inScope(question.scope, (manager) => repositoryOf(manager, segmentTable).findOneBy({ segmentId }));
    return row ? segmentPage(this.database, question, indexedOf(row), page) : undefined;
  }
}

/** How many would belong to a segment that is not saved. */
export class SegmentCountQuery extends Query<(ValueFrame & { count: number; branches: BranchCount[] }) | undefined> {
  constructor(
    readonly query: SegmentQuery,
    readonly question: ValueQuestion,
  ) {
    super();
  }
}

@QueryHandler(SegmentCountQuery)
export class SegmentCountHandler implements IQueryHandler<SegmentCountQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly master: MasterKeys,
  ) {}

  async execute({ query, question }: SegmentCountQuery): Promise<ValueFrame & { count: number; branches: BranchCount[] }> {
    const { branches, ...frame } = await segmentCounts(this.database, question, { query, indexes: segmentIndexes(query, this.master) });
    return { ...frame, count: sumOf(branches), branches };
  }
}

const sumOf = (branches: readonly BranchCount[]): number => branches.reduce((sum, { clients }) => sum + clients, 0);

const summaryOf = ({ query, indexes: _indexes, countedOn: _days, ...row }: SegmentRow, key: DataKey | undefined): SegmentSummary => ({
  ...row,
  query: openRow(JSON.parse(query), key) as SegmentQuery,
});

/** For counting: what a query names in free words is looked up by its indexes alone. */
export const indexedOf = (row: SegmentRow): IndexedSegment & { segmentId: Uuid } => ({
  segmentId: row.segmentId,
  query: JSON.parse(row.query) as SegmentQuery,
  indexes: JSON.parse(row.indexes) as SegmentIndexes,
});

/** A day on which nobody of the branch belonged to it has a count of 0. */
async function historyOf(manager: EntityManager, { segmentId, countedOn }: SegmentRow): Promise<SegmentView['history']> {
  const counts = await repositoryOf(manager, segmentCountTable).findBy({ segmentId });
  const on = (date: LocalDate): number => sumOf(counts.filter(({ onDate }) => onDate === date));
  return (JSON.parse(countedOn) as LocalDate[]).map((date) => ({ on: date, count: on(date) }));
}
