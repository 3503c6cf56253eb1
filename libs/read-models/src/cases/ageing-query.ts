import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#event-sourcing';
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

/** True of a row that is open. */
export const openSql: Record<AgeingSubject, string> = {
  requests: "status NOT IN ('completed', 'cancelled')",
  complaints: "status <> 'closed'",
};

@QueryHandler(AgeingQuery)
export class AgeingHandler implements IQueryHandler<AgeingQuery> {
  constructor(private readonly database: ReadDatabase) {}

  async execute({ scope, of, by }: AgeingQuery): Promise<{ items: OpenCases[] } & AsOf> {
    const columns: Partial<Record<AgeingDimension, string>> = ageingDimensions[of];
    const value = by === undefined ? undefined : columns[by];
    if (by !== undefined && value === undefined) throw new TypeError(`${of} have no ${by}`);
    const text = `SELECT ${value ?? 'NULL'} AS value, received_on::text AS "receivedOn", count(*)::int AS open
      FROM read.${of} WHERE ${openSql[of]} GROUP BY 1, 2 ORDER BY 1, 2`;
    const answer = await this.database.asOf(scope, of, async (manager) => ({ items: await manager.query<OpenCases[]>(text) }));
    return answer!;
  }
}
