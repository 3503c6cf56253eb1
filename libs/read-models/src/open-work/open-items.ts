import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { In, Not } from 'typeorm';
import type { OpenItem } from '#clients';
import type { Uuid } from '#event-sourcing';
import { followUpTable } from '../contacts/follow-ups.js';
import { complaintTable } from '../complaints/complaints.js';
import { repositoryOf } from '../reading/entity.js';
import { ReadDatabase } from '../reading/read-database.js';

/** What goes over with a client: complaints not closed and follow-ups not done. */
export class OpenItemsQuery extends Query<OpenItem[]> {
  constructor(
    readonly clientId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(OpenItemsQuery)
export class OpenItemsHandler implements IQueryHandler<OpenItemsQuery> {
  constructor(private readonly database: ReadDatabase) {}

  execute({ clientId, scope }: OpenItemsQuery): Promise<OpenItem[]> {
    return this.database.inScope(scope, async (manager) => {
      const complaints = await repositoryOf(manager, complaintTable).find({
        where: { clientId, status: Not(In(['closed'])) },
        order: { complaintId: 'ASC' },
      });
      const followUps = await repositoryOf(manager, followUpTable).find({
        where: { clientId, status: 'scheduled' },
        order: { followUpId: 'ASC' },
      });
      return [
        ...complaints.map(({ complaintId }): OpenItem => ({ kind: 'complaint', id: complaintId })),
        ...followUps.map(({ followUpId }): OpenItem => ({ kind: 'followUp', id: followUpId })),
      ];
    });
  }
}
