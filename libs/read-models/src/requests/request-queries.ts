import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import { type RequestDetails, type RequestRow, REQUEST_IS_OPEN, requestTable } from './requests.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export type RequestSummary = Omit<RequestRow, 'details' | 'openSteps'> & { openSteps: string[] };
export type RequestView = RequestSummary & Omit<RequestDetails, 'humanResponses'> & AsOf;

export interface RequestFilter {
  status?: string;
  process?: string;
  channel?: string;
  severity?: string;
  clientId?: Uuid;
  /** Local dates of the receipt, both inclusive; undated requests match no range. */
  receivedFrom?: LocalDate;
  receivedTo?: LocalDate;
  branch?: string;
  /** Who acted on it last. */
  staff?: string;
  /** Neither completed nor cancelled. */
  open?: boolean;
  /** Only those that nobody of the firm acted on yet. */
  withoutStaff?: boolean;
  /** Only those whose day of receipt is not known, or is. */
  undated?: boolean;
}

/** The register of service requests, newest receipt first. */
export class RequestListQuery extends Query<Page<RequestSummary> & AsOf> {
  constructor(
    readonly scope: string,
    readonly filter: RequestFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(RequestListQuery)
export class RequestListHandler implements IQueryHandler<RequestListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, filter, page }: RequestListQuery): Promise<Page<RequestSummary> & AsOf> {
    const answer = await this.database.asOf(scope, requestTable, async (manager) => {
      const rows = repositoryOf(manager, requestTable).createQueryBuilder('r');
      for (const member of ['status', 'process', 'channel', 'severity', 'clientId'] as const) {
        if (filter[member] !== undefined) rows.andWhere(`r.${member} = :${member}`, { [member]: filter[member] });
      }
      if (filter.branch !== undefined) rows.andWhere('r.branchId = :branch', { branch: filter.branch });
      if (filter.staff !== undefined) rows.andWhere('r.staffId = :staff', { staff: filter.staff });
      if (filter.open) rows.andWhere(`r.${REQUEST_IS_OPEN}`);
      if (filter.withoutStaff) rows.andWhere('r.staffId IS NULL');
      if (filter.undated !== undefined) rows.andWhere(`r.receivedOn IS ${filter.undated ? '' : 'NOT'} NULL`);
      if (filter.receivedFrom !== undefined) rows.andWhere('r.receivedOn >= :from', { from: filter.receivedFrom });
      if (filter.receivedTo !== undefined) rows.andWhere('r.receivedOn <= :to', { to: filter.receivedTo });
      if (page.after) rows.andWhere('(r.receivedAt, r.requestId) < (:at, :id)', { at: page.after[0], id: page.after[1] });
      const found = await rows
        .orderBy('r.receivedAt', 'DESC')
        .addOrderBy('r.requestId', 'DESC')
        .limit(page.limit + 1)
        .getMany();
      return pageOf(found, page.limit, summary, (row) => [row.receivedAt, row.requestId]);
    });
    return answer!;
  }
}

/** One service request as it stands. Undefined where the caller sees none. */
export class RequestQuery extends Query<RequestView | undefined> {
  constructor(
    readonly requestId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(RequestQuery)
export class RequestHandler implements IQueryHandler<RequestQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ requestId, scope }: RequestQuery): Promise<RequestView | undefined> {
    const found = await this.database.asOf(scope, requestTable, async (manager) => {
      const row = await repositoryOf(manager, requestTable).findOneBy({ requestId });
      return row ? { row } : undefined;
    });
    if (!found) return undefined;
    const { row, ...asOf } = found;
    const { humanResponses: _, ...details } = JSON.parse(row.details) as RequestDetails;
    const opened = openRow(details, await this.keys.findOne(row.clientId)) as typeof details;
    return { ...summary(row), ...opened, ...asOf };
  }
}

function summary({ details: _details, openSteps, ...row }: RequestRow): RequestSummary {
  return { ...row, openSteps: JSON.parse(openSteps) as string[] };
}
