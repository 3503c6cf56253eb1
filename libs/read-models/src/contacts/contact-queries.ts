import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { contact, type ContactDetails, type ContactEvent, type FollowUpEvent, type LinkTarget } from '#contacts';
import { type DomainEvent, fold, type Instant, type Uuid } from '#event-sourcing';
import { ClientKeys } from '#privacy';
import { timelineTable } from '../timeline/timeline.js';
import { repositoryOf } from '../reading/entity.js';
import { type AsOf, ReadDatabase } from '../reading/read-database.js';
import { openRow } from '../reading/open-row.js';

export interface ContactView extends ContactDetails, AsOf {
  contactId: Uuid;
  clientId: Uuid;
  /** For If-Match. */
  version: number;
  links: readonly LinkTarget[];
}

/** One contact as it was last amended. Undefined where the caller sees none. */
export class ContactQuery extends Query<ContactView | undefined> {
  constructor(
    readonly contactId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

export interface FollowUpView extends AsOf {
  followUpId: Uuid;
  clientId: Uuid;
  contactId: Uuid | null;
  /** For If-Match. */
  version: number;
  status: 'scheduled' | 'completed';
  dueAt: Instant;
  purpose: string;
  owner: string;
  note: string | null;
  completed: { at: Instant; by: string; note: string | null } | null;
}

/** One follow-up as it stands. Undefined where the caller sees none. */
export class FollowUpQuery extends Query<FollowUpView | undefined> {
  constructor(
    readonly followUpId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

/** Small aggregates need no rows of their own: their few events are in the timeline, and the domain folds them. */
export class StreamReader {
  constructor(
    private readonly database: ReadDatabase,
    private readonly keys: ClientKeys,
  ) {}

  async read<E extends DomainEvent>(
    streamId: Uuid,
    streamKind: string,
    scope: string,
  ): Promise<({ clientId: Uuid; events: E[] } & AsOf) | undefined> {
    const found = await this.database.asOf(scope, timelineTable, async (manager) => {
      const rows = await repositoryOf(manager, timelineTable).find({ where: { streamId, streamKind }, order: { version: 'ASC' } });
      return rows.length === 0 ? undefined : { rows };
    });
    if (!found) return undefined;
    const { rows, ...asOf } = found;
    const { clientId } = rows[0]!;
    const key = await this.keys.findOne(clientId);
    const events = rows.map(({ type, body }) => ({ type, data: openRow(JSON.parse(body), key) }) as E);
    return { clientId, events, ...asOf };
  }
}

@QueryHandler(ContactQuery)
export class ContactHandler implements IQueryHandler<ContactQuery> {
  constructor(private readonly streams: StreamReader) {}

  async execute({ contactId, scope }: ContactQuery): Promise<ContactView | undefined> {
    const found = await this.streams.read<ContactEvent>(contactId, contact.kind, scope);
    if (!found) return undefined;
    const { clientId, events, ...asOf } = found;
    const state = fold(contact, events);
    if (state.status === 'none') return undefined;
    return { contactId, clientId, version: events.length, ...state.details, links: state.links, ...asOf };
  }
}

@QueryHandler(FollowUpQuery)
export class FollowUpHandler implements IQueryHandler<FollowUpQuery> {
  constructor(private readonly streams: StreamReader) {}

  async execute({ followUpId, scope }: FollowUpQuery): Promise<FollowUpView | undefined> {
    const found = await this.streams.read<FollowUpEvent>(followUpId, 'followUp', scope);
    if (!found) return undefined;
    const { clientId, events, ...asOf } = found;
    const scheduled = events.find((event) => event.type === 'FollowUpScheduled')?.data;
    if (!scheduled) return undefined;
    const done = events.find((event) => event.type === 'FollowUpCompleted')?.data;
    return {
      followUpId,
      clientId,
      contactId: scheduled.contactId ?? null,
      version: events.length,
      status: done ? 'completed' : 'scheduled',
      dueAt: scheduled.dueAt,
      purpose: scheduled.purpose,
      owner: scheduled.owner,
      note: scheduled.note ?? null,
      completed: done ? { at: done.completedAt, by: done.completedBy, note: done.note ?? null } : null,
      ...asOf,
    };
  }
}
