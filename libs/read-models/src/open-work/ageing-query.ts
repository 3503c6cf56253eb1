import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#event-sourcing';
import { COMPLAINT_IS_OPEN, complaintTable } from '../complaints/complaints.js';
import { REQUEST_IS_OPEN, requestTable } from '../requests/requests.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

/** What open cases are counted by; the columns of the same name. */
export const ageingDimensions = {
  requests: { process: 'process', channel: 'channel', severity: 'severity', branch: 'branch_id', staff: 'staff_id' },
  complaints: { product: 'product', channel: 'channel', severity: 'severity', branch: 'branch_id' },
} as const;
export type AgeingSubject = keyof typeof ageingDimensions;
export type AgeingDimension = 'process' | 'product' | 'channel' | 'severity' | 'branch' | 'staff';

/** Open cases of one group that came in on one local date; null: undated. */
export interface OpenCases {
  value: string | null;
  receivedOn: LocalDate | null;
  open: number;
}

/** Open cases by the date of their first receipt. */
export class AgeingQuery extends Query<{ items: OpenCases[] } & AsOf> {
  constructor(
    readonly scope: string,
    readonly of: AgeingSubject,
    /** Absent: one group, whose value is null. */
    readonly by: AgeingDimension | undefined,
  ) {
    super();
  }
}

const subjects = {
  requests: { table: requestTable, isOpen: REQUEST_IS_OPEN },
  complaints: { table: complaintTable, isOpen: COMPLAINT_IS_OPEN },
} as const;

@QueryHandler(AgeingQuery)
export class AgeingHandler implements IQueryHandler<AgeingQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, of, by }: AgeingQuery): Promise<{ items: OpenCases[] } & AsOf> {
    const { table, isOpen } = subjects[of];
    const columns: Partial<Record<AgeingDimension, string>> = ageingDimensions[of];
    const value = by === undefined ? undefined : columns[by];
    if (by !== undefined && value === undefined) throw new TypeError(`${of} have no ${by}`);
    const text = `SELECT ${value ?? 'NULL'} AS value, received_on::text AS "receivedOn", count(*)::int AS open
      FROM read.${table.table} WHERE ${isOpen} GROUP BY 1, 2 ORDER BY 1, 2`;
    const answer = await this.database.asOf(scope, table, async (manager) => ({ items: await manager.query<OpenCases[]>(text) }));
    return answer!;
  }
}
