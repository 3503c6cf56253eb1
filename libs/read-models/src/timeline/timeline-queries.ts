import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { ClientKeys, type DataKey } from '#privacy';
import { type TimelineRow, timelineTable } from './timeline.js';
import { type Page, pageOf, type PageRequest } from '../reading/page.js';
import { pageSelect, type PreparedStatement } from '../reading/page-reader.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export interface TimelineItem {
  position: number;
  eventId: Uuid;
  type: string;
  /** The aggregate it happened to, and its version afterwards. */
  stream: { id: Uuid; kind: string; version: number };
  complaintId: Uuid | null;
  requestId: Uuid | null;
  /** Absent where the source knows only a date, or nothing: then no time of day is invented. */
  occurredAt?: Instant;
  occurredOn?: LocalDate;
  precision: TimelineRow['precision'];
  recordedAt: Instant;
  actor: { id: string; role: string };
  source: string | null;
  data: unknown;
}

/** Everything recorded about a client, newest occurrence first. Undefined where the caller sees no such client. */
export class ClientTimelineQuery extends Query<(Page<TimelineItem> & AsOf) | undefined> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ClientTimelineQuery)
export class ClientTimelineHandler implements IQueryHandler<ClientTimelineQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async execute({ clientId, scope, page }: ClientTimelineQuery): Promise<(Page<TimelineItem> & AsOf) | undefined> {
    const key = await this.keys.findOne(clientId);
    const [statement, beyond] = page.after ? [LATER_PAGE, page.after] : [FIRST_PAGE, []];
    const { rows, ...asOf } = await this.database.rowsAsOf(scope, timelineTable, statement, [clientId, page.limit + 1, ...beyond]);
    if (rows.length === 0 && !page.after) return undefined;
    const paged = pageOf(
      rows,
      page.limit,
      (row) => itemOf(row, key),
      (row) => [row.occurredAt, String(row.position)],
    );
    return { ...paged, ...asOf };
  }
}

const newestFirst = (name: string, beyond: string): PreparedStatement => ({
  name: `timeline ${name}`,
  text: `${pageSelect(timelineTable)} WHERE client_id = $1 ${beyond} ORDER BY occurred_at DESC, position DESC LIMIT $2`,
});
const FIRST_PAGE = newestFirst('first', '');
const LATER_PAGE = newestFirst('later', 'AND (occurred_at, position) < ($3::timestamptz, $4::bigint)');

/** What was done about a complaint, in the order it was recorded: what an auditor reads. */
export class ComplaintTimelineQuery extends Query<(Page<TimelineItem> & AsOf) | undefined> {
  constructor(
    readonly complaintId: Uuid,
    readonly scope: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ComplaintTimelineQuery)
export class ComplaintTimelineHandler implements IQueryHandler<ComplaintTimelineQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  execute({ complaintId, scope, page }: ComplaintTimelineQuery): Promise<(Page<TimelineItem> & AsOf) | undefined> {
    return caseTimeline(this.database, this.keys, { member: 'complaintId', id: complaintId }, scope, page);
  }
}

/** The same of a service request. */
export class RequestTimelineQuery extends Query<(Page<TimelineItem> & AsOf) | undefined> {
  constructor(
    readonly requestId: Uuid,
    readonly scope: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(RequestTimelineQuery)
export class RequestTimelineHandler implements IQueryHandler<RequestTimelineQuery> {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  execute({ requestId, scope, page }: RequestTimelineQuery): Promise<(Page<TimelineItem> & AsOf) | undefined> {
    return caseTimeline(this.database, this.keys, { member: 'requestId', id: requestId }, scope, page);
  }
}

async function caseTimeline(
  database: ReadDatabase,
  keys: ClientKeys,
  { member, id }: { member: 'complaintId' | 'requestId'; id: Uuid },
  scope: string,
  page: PageRequest,
): Promise<(Page<TimelineItem> & AsOf) | undefined> {
  const found = await database.asOf(scope, timelineTable, async (manager) => {
    const timeline = repositoryOf(manager, timelineTable);
    const started = await timeline.find({ select: { streamId: true }, where: { [member]: id, type: 'CommitmentStarted' } });
    const streams = started.map(({ streamId }) => streamId);
    // its commitments name it once, in their first event
    const belongs = streams.length > 0 ? `(t.${member} = :id OR t.streamId IN (:...streams))` : `t.${member} = :id`;
    const rows = timeline.createQueryBuilder('t').where(belongs, { id, streams });
    if (page.after) rows.andWhere('t.position > :after', { after: page.after[0] });
    const read = await rows
      .orderBy('t.position', 'ASC')
      .limit(page.limit + 1)
      .getMany();
    return read.length === 0 && !page.after ? undefined : { rows: read };
  });
  if (!found) return undefined;
  const { rows, ...asOf } = found;
  const key = rows[0] && (await keys.findOne(rows[0].clientId));
  const paged = pageOf(
    rows,
    page.limit,
    (row) => itemOf({ ...row, [member]: id }, key),
    (row) => [String(row.position)],
  );
  return { ...paged, ...asOf };
}

function itemOf(row: TimelineRow, key: DataKey | undefined): TimelineItem {
  const { position, eventId, type, complaintId, requestId, precision, recordedAt } = row;
  const stream = { id: row.streamId, kind: row.streamKind, version: row.version };
  const actor = { id: row.actorId, role: row.actorRole };
  const data = openRow(JSON.parse(row.body), key);
  const item: TimelineItem = {
    position,
    eventId,
    type,
    stream,
    complaintId,
    requestId,
    precision,
    recordedAt,
    actor,
    source: row.sourceSystem,
    data,
  };
  if (precision === 'instant') item.occurredAt = row.occurredAt;
  if (row.localDate) item.occurredOn = row.localDate;
  return item;
}
