import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type ComplaintSubject, type PartedSubject, wholeSubject } from '#complaints';
import type { LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import { type ComplaintDetails, type ComplaintRow, COMPLAINT_IS_OPEN, complaintTable } from './complaints.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export type ComplaintSummary = Omit<ComplaintRow, 'details'>;
export type ComplaintView = ComplaintSummary & Omit<ComplaintDetails, 'humanResponses'> & AsOf;

export interface ComplaintFilter {
  status?: string;
  channel?: string;
  product?: string;
  clientId?: Uuid;
  /** Local dates of the receipt, both inclusive; undated complaints match no range. */
  receivedFrom?: LocalDate;
  receivedTo?: LocalDate;
  severity?: string;
  branch?: string;
  open?: boolean;
  /** Only those that no severity was given yet. */
  withoutSeverity?: boolean;
  /** Only those whose day of receipt is not known, or is. */
  undated?: boolean;
}

/** The complaint register, newest receipt first. */
export class ComplaintListQuery extends Query<Page<ComplaintSummary> & AsOf> {
  constructor(
    readonly scope: string,
    readonly filter: ComplaintFilter,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ComplaintListQuery)
export class ComplaintListHandler implements IQueryHandler<ComplaintListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, filter, page }: ComplaintListQuery): Promise<Page<ComplaintSummary> & AsOf> {
    const answer = await this.database.asOf(scope, complaintTable, async (manager) => {
      const rows = repositoryOf(manager, complaintTable).createQueryBuilder('c');
      for (const member of ['status', 'channel', 'product', 'severity', 'clientId'] as const) {
        if (filter[member] !== undefined) rows.andWhere(`c.${member} = :${member}`, { [member]: filter[member] });
      }
      if (filter.branch !== undefined) rows.andWhere('c.branchId = :branch', { branch: filter.branch });
      if (filter.open) rows.andWhere(`c.${COMPLAINT_IS_OPEN}`);
      if (filter.withoutSeverity) rows.andWhere('c.severity IS NULL');
      if (filter.undated !== undefined) rows.andWhere(`c.receivedOn IS ${filter.undated ? '' : 'NOT'} NULL`);
      if (filter.receivedFrom !== undefined) rows.andWhere('c.receivedOn >= :from', { from: filter.receivedFrom });
      if (filter.receivedTo !== undefined) rows.andWhere('c.receivedOn <= :to', { to: filter.receivedTo });
      if (page.after) rows.andWhere('(c.receivedAt, c.complaintId) < (:at, :id)', { at: page.after[0], id: page.after[1] });
      const found = await rows
        .orderBy('c.receivedAt', 'DESC')
        .addOrderBy('c.complaintId', 'DESC')
        .limit(page.limit + 1)
        .getMany();
      return pageOf(found, page.limit, summary, (row) => [row.receivedAt, row.complaintId]);
    });
    return answer!;
  }
}

/** One complaint as it stands. Undefined where the caller sees none. */
export class ComplaintQuery extends Query<ComplaintView | undefined> {
  constructor(
    readonly complaintId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(ComplaintQuery)
export class ComplaintHandler implements IQueryHandler<ComplaintQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ complaintId, scope }: ComplaintQuery): Promise<ComplaintView | undefined> {
    const found = await this.database.asOf(scope, complaintTable, async (manager) => {
      const row = await repositoryOf(manager, complaintTable).findOneBy({ complaintId });
      return row ? { row } : undefined;
    });
    if (!found) return undefined;
    const { row, ...asOf } = found;
    const { humanResponses: _, ...details } = JSON.parse(row.details) as ComplaintDetails;
    const opened = openRow(details, await this.keys.findOne(row.clientId)) as typeof details;
    const registered = inOneSubject(opened.registered);
    const restated = opened.restated && inOneSubject(opened.restated);
    const product = restated?.subject?.product ?? registered.subject?.product ?? row.product;
    return { ...summary(row), product, ...opened, registered, ...(restated && { restated }), ...asOf };
  }
}

/** Which of its words are of a taxonomy is told beside them. */
function inOneSubject(stated: Record<string, unknown>): Record<string, unknown> & { subject?: Partial<ComplaintSubject> } {
  const { subject, classified, ...rest } = stated as Record<string, unknown> & Partial<PartedSubject>;
  if (!subject && !classified) return rest;
  return { ...rest, subject: wholeSubject({ subject: subject ?? {}, classified }), classified };
}

function summary({ details: _details, ...row }: ComplaintRow): ComplaintSummary {
  return row;
}
