import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import { riskProfileTable } from './risk-profiles.js';
import { clientFileTable } from './client-files.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

/** A client's risk profile on a day: `none` where they were never assessed. */
export interface RiskProfileView extends AsOf {
  clientId: Uuid;
  /** For If-Match of commands to the profile; 0 before the first. */
  version: number;
  status: 'none' | 'valid' | 'expired';
  assessment: Record<string, unknown> | null;
  /** First day on which the assessment is no longer valid. */
  validUntil: LocalDate | null;
  assessments: number;
  /** The newest checks, newest first. */
  checks: Record<string, unknown>[];
}

/** Undefined where the caller sees no such client. */
export class RiskProfileQuery extends Query<RiskProfileView | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly today: LocalDate,
  ) {
    super();
  }
}

@QueryHandler(RiskProfileQuery)
export class RiskProfileHandler implements IQueryHandler<RiskProfileQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ clientId, scope, today }: RiskProfileQuery): Promise<RiskProfileView | undefined> {
    const found = await this.database.asOf(scope, riskProfileTable, async (manager) => {
      const row = await repositoryOf(manager, riskProfileTable).findOneBy({ clientId });
      if (row) return { row };
      return (await repositoryOf(manager, clientFileTable).existsBy({ clientId })) ? { row: null } : undefined;
    });
    if (!found) return undefined;
    const { row, ...asOf } = found;
    if (!row) return { clientId, version: 0, status: 'none', assessment: null, validUntil: null, assessments: 0, checks: [], ...asOf };
    const key = await this.keys.findOne(clientId);
    const { version, validUntil, assessments } = row;
    return {
      clientId,
      version,
      validUntil,
      assessments,
      status: validUntil === null ? 'none' : today < validUntil ? 'valid' : 'expired',
      assessment: row.assessment === null ? null : (openRow(JSON.parse(row.assessment), key) as Record<string, unknown>),
      checks: openRow(JSON.parse(row.checks), key) as Record<string, unknown>[],
      ...asOf,
    };
  }
}
