import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { outreach, type OutreachBlock, type OutreachEvent, type PlannedOutreach } from '#contacts';
import type { Uuid } from '#event-sourcing';
import { StreamReader } from './contact-queries.js';
import type { AsOf } from '../reading/read-database.js';

export interface OutreachView extends PlannedOutreach, AsOf {
  outreachId: Uuid;
  version: number;
  status: 'planned' | 'blocked';
  /** Planned, though the product is above the client's level. */
  warned: boolean;
  /** Why it is blocked; empty where it is not. */
  reasons: readonly OutreachBlock[];
  openComplaints: readonly Uuid[];
}

/** One planned or blocked outreach. Undefined where the caller sees none. */
export class OutreachQuery extends Query<OutreachView | undefined> {
  constructor(
    readonly outreachId: Uuid,
    readonly scope: string,
  ) {
    super();
  }
}

@QueryHandler(OutreachQuery)
export class OutreachHandler implements IQueryHandler<OutreachQuery> {
  constructor(private readonly streams: StreamReader) {}

  async execute({ outreachId, scope }: OutreachQuery): Promise<OutreachView | undefined> {
    const found = await this.streams.read<OutreachEvent>(outreachId, outreach.kind, scope);
    const [event] = found?.events ?? [];
    if (!found || !event) return undefined;
    const { asOf, asOfPosition } = found;
    const known = { outreachId, version: found.events.length, asOf, asOfPosition };
    switch (event.type) {
      case 'OutreachPlanned':
        return { ...event.data, ...known, status: 'planned', reasons: [], openComplaints: [] };
      case 'OutreachBlocked':
        return { ...event.data, ...known, status: 'blocked', warned: false };
    }
  }
}
