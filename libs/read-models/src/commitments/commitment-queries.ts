import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import { type CommitmentDetails, type CommitmentRow, commitmentTable, type ShownLateEvidence } from './commitments.js';
import { type CommitmentFilter, type Conditions, conditionsOf } from './commitment-filter.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { clientFileTable } from '../clients/client-files.js';
import { complaintTable } from '../complaints/complaints.js';
import { repositoryOf } from '../reading/entity.js';
import { requestTable } from '../requests/requests.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export type CommitmentItem = Omit<CommitmentRow, 'details'> & { lateEvidence?: readonly ShownLateEvidence[] };
export type CommitmentView = CommitmentItem & CommitmentDetails & AsOf;

/** How a list is ordered; each is a keyset with the id. What has no deadline comes last. */
const orders = {
  deadline: { sql: "coalesce(deadline_at, 'infinity')", of: (row: CommitmentItem) => row.deadlineAt ?? 'infinity' },
  waiting: { sql: 'paused_since', of: (row: CommitmentItem) => row.pausedSince! },
  start: { sql: 'started_at', of: (row: CommitmentItem) => row.startedAt },
} as const;
export type CommitmentOrder = keyof typeof orders;

/** Commitments by deadline, by how long they have been waiting, or by start. */
export class CommitmentListQuery extends Query<(Page<CommitmentItem> & AsOf) | undefined> {
  constructor(
    readonly scope: string,
    readonly filter: CommitmentFilter,
    readonly order: CommitmentOrder,
    readonly page: PageRequest,
    /** Undefined is answered where the caller does not see this. */
    readonly of?: { kind: 'client' | 'request' | 'complaint'; id: Uuid },
    /** With what each has of late evidence. */
    readonly detailed = false,
  ) {
    super();
  }
}

@QueryHandler(CommitmentListQuery)
export class CommitmentListHandler implements IQueryHandler<CommitmentListQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ scope, filter, order, page, of, detailed }: CommitmentListQuery): Promise<(Page<CommitmentItem> & AsOf) | undefined> {
    return this.database.asOf(scope, commitmentTable, async (manager) => {
      if (of && !(await isThere(manager, of))) return undefined;
      const { sql, of: sortOf } = orders[order];
      const conditions = ofScope(conditionsOf(filter), scope);
      if (page.after) conditions.add(`(${sql}, commitment_id) > ($::timestamptz, $::uuid)`, ...page.after);
      const found = await commitmentRows(manager, conditions, `${sql}, commitment_id`, page.limit + 1);
      return pageOf(found, page.limit, detailed ? withLateEvidence : itemOf, (row) => [sortOf(row), row.commitmentId]);
    });
  }
}

/** One commitment as it stands, with what its clock did. Undefined where the caller sees none. */
export class CommitmentQuery extends Query<CommitmentView | undefined> {
  constructor(
    readonly commitmentId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(CommitmentQuery)
export class CommitmentHandler implements IQueryHandler<CommitmentQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ commitmentId, scope }: CommitmentQuery): Promise<CommitmentView | undefined> {
    const found = await this.database.asOf(scope, commitmentTable, async (manager) => {
      const [row] = await commitmentRows(manager, conditionsOf({}).add('commitment_id = $', commitmentId), 'commitment_id', 1);
      return row && { row };
    });
    if (!found) return undefined;
    const { row, ...asOf } = found;
    const { acts, ...details } = JSON.parse(row.details) as CommitmentDetails;
    const opened = openRow(acts, await this.keys.findOne(row.clientId)) as CommitmentDetails['acts'];
    return { ...itemOf(row), ...details, acts: opened, ...asOf };
  }
}

/** What has changed since a position, in the order of the log; each commitment once, as it stands. */
export class CommitmentChangesQuery extends Query<CommitmentChanges> {
  constructor(
    readonly scope: string,
    /** Absent: nothing, but where one may go on from. */
    readonly after: number | undefined,
    readonly limit: number,
  ) {
    super();
  }
}

export interface CommitmentChanges {
  items: CommitmentItem[];
  /** Nothing up to here is missing. */
  position: number;
}

@QueryHandler(CommitmentChangesQuery)
export class CommitmentChangesHandler implements IQueryHandler<CommitmentChangesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, after, limit }: CommitmentChangesQuery): Promise<CommitmentChanges> {
    const found = await this.database.asOf(scope, commitmentTable, async (manager) => {
      if (after === undefined) return { rows: [] };
      return {
        rows: await commitmentRows(manager, ofScope(conditionsOf({}), scope).add('changed_position > $', after), 'changed_position', limit),
      };
    });
    const { rows, asOfPosition } = found!;
    // partitions are read side by side: beyond what all of them have reached, something may come yet
    const items = rows.filter(({ changedPosition }) => changedPosition <= asOfPosition).map(itemOf);
    const cut = rows.length === limit ? Math.min(asOfPosition, rows.at(-1)!.changedPosition) : asOfPosition;
    return { items, position: Math.max(cut, after ?? 0) };
  }
}

// row-level security holds to the same; this lets an index of the branch serve
const ofScope = (conditions: Conditions, scope: string): Conditions =>
  scope === '*' ? conditions : conditions.add('branch_id = $', scope);

async function commitmentRows(manager: EntityManager, conditions: Conditions, order: string, limit: number): Promise<CommitmentRow[]> {
  const text = `${commitmentTable.select} ${conditions.where} ORDER BY ${order} LIMIT ${limit}`;
  const rows = await manager.query<(CommitmentRow & { changedPosition: string | number })[]>(text, conditions.values);
  return rows.map((row) => ({ ...row, changedPosition: Number(row.changedPosition) }));
}

function isThere(manager: EntityManager, { kind, id }: NonNullable<CommitmentListQuery['of']>): Promise<boolean> {
  switch (kind) {
    case 'client':
      return repositoryOf(manager, clientFileTable).existsBy({ clientId: id });
    case 'request':
      return repositoryOf(manager, requestTable).existsBy({ requestId: id });
    case 'complaint':
      return repositoryOf(manager, complaintTable).existsBy({ complaintId: id });
  }
}

const withLateEvidence = (row: CommitmentRow): CommitmentItem => {
  const { lateEvidence } = JSON.parse(row.details) as CommitmentDetails;
  return { ...itemOf(row), lateEvidence };
};

const itemOf = ({ details: _, ...row }: CommitmentRow): CommitmentItem => row;
