import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Instant, Uuid } from '#event-sourcing';
import { editionTable } from './handbook.js';
import { clientFileTable } from '../clients/client-files.js';
import { acknowledgementTable, type DeliveryRow, deliveryTable } from './handbook-readers.js';
import { type Page, type PageRequest, pageOf } from '../reading/page.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';

/** One person of the firm, and whether they acknowledged the edition. */
export interface ReaderView {
  staffId: string;
  role: string;
  branchId: string;
  acknowledgedAt: Instant | null;
  lastSeenAt: Instant | null;
}

export interface ReadersAnswer extends Page<ReaderView>, AsOf {
  edition: number;
  acknowledged: number;
  outstanding: number;
}

/** Who of the staff that the log knows has acknowledged an edition, and who has not; by staff id. Undefined for no such edition. */
export class ReadersQuery extends Query<ReadersAnswer | undefined> {
  constructor(
    readonly edition: number,
    readonly scope: string,
    /** Only those who have, or have not. */
    readonly acknowledged: boolean | undefined,
    readonly page: PageRequest,
  ) {
    super();
  }
}

const READERS = `
  SELECT coalesce(a.staff_id, s.staff_id) AS staff_id, coalesce(a.role, s.role) AS role,
         coalesce(a.branch_id, s.branch_id) AS branch_id, a.acknowledged_at, s.last_seen_at
  FROM (SELECT * FROM read.handbook_acknowledgements WHERE edition = $1) a
  FULL JOIN (SELECT DISTINCT ON (staff_id) * FROM read.staff_seen ORDER BY staff_id, position DESC) s USING (staff_id)`;

@QueryHandler(ReadersQuery)
export class ReadersHandler implements IQueryHandler<ReadersQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ edition, scope, acknowledged, page }: ReadersQuery): Promise<ReadersAnswer | undefined> {
    return this.database.asOf(scope, acknowledgementTable, async (manager) => {
      if (!(await repositoryOf(manager, editionTable).existsBy({ edition }))) return undefined;
      const [counts] = await manager.query<[{ acknowledged: string; outstanding: string }]>(
        `SELECT count(acknowledged_at) AS acknowledged, count(*) - count(acknowledged_at) AS outstanding FROM (${READERS}) readers`,
        [edition],
      );
      const rows = await readers(manager, edition, acknowledged, page);
      const listed = pageOf(
        rows,
        page.limit,
        (row) => row,
        ({ staffId }) => [staffId],
      );
      return { edition, acknowledged: Number(counts.acknowledged), outstanding: Number(counts.outstanding), ...listed };
    });
  }
}

async function readers(manager: EntityManager, edition: number, acknowledged: boolean | undefined, page: PageRequest) {
  const rows = await manager.query<
    { staff_id: string; role: string; branch_id: string; acknowledged_at: Date | null; last_seen_at: Date | null }[]
  >(
    `SELECT * FROM (${READERS}) readers
     WHERE staff_id > $2 AND ($3::boolean IS NULL OR (acknowledged_at IS NOT NULL) = $3)
     ORDER BY staff_id LIMIT $4`,
    [edition, page.after?.[0] ?? '', acknowledged ?? null, page.limit + 1],
  );
  return rows.map((row): ReaderView => ({
    staffId: row.staff_id,
    role: row.role,
    branchId: row.branch_id,
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
  }));
}

export type DeliveryView = Omit<DeliveryRow, 'branchId' | 'version' | 'position' | 'clientId'>;

/** What editions a client was given, newest first. Undefined where the caller sees no such client. */
export class DeliveriesQuery extends Query<({ items: DeliveryView[] } & AsOf) | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

const DELIVERIES_MAX = 1_000;

@QueryHandler(DeliveriesQuery)
export class DeliveriesHandler implements IQueryHandler<DeliveriesQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ clientId, scope }: DeliveriesQuery) {
    return this.database.asOf(scope, acknowledgementTable, async (manager) => {
      if (!(await repositoryOf(manager, clientFileTable).existsBy({ clientId }))) return undefined;
      const rows = await repositoryOf(manager, deliveryTable).find({
        where: { clientId },
        order: { position: 'DESC' },
        take: DELIVERIES_MAX,
      });
      return {
        items: rows.map(({ edition, channel, language, deliveredAt, deliveredBy }) => ({
          edition,
          channel,
          language,
          deliveredAt,
          deliveredBy,
        })),
      };
    });
  }
}
