import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { ClientFileQuery, ClientListQuery, ClientTimelineQuery, TierHistoryQuery } from '#read-models';
import { instantOf, localDateOf } from '../fields/index.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads, Searches, Stated } from '../requests/routes.js';
import {
  ClientListQuestion,
  ClientPageView,
  ClientSearchBody,
  ClientView,
  TierHistoryAnswer,
  TierHistoryQuestion,
  TimelineQuestion,
  TimelineView,
} from './client-views.js';
import { maskedItem, seesMasked } from './masking.js';

@ApiTags('clients')
@Controller('v1/clients')
export class ClientReadsController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('', 'client.list', ClientPageView, 'Clients, newest first')
  list(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: ClientListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = question;
    return this.page({ limit, cursor }, filter, principal, minPosition, reply);
  }

  @Searches('search', 'client.search', ClientPageView, 'Clients of this name')
  search(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Stated() body: ClientSearchBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = body;
    return this.page({ limit, cursor }, filter, principal, minPosition, reply);
  }

  @Reads(':clientId', 'client.read', ClientView, 'One client: file, profile, accounts, assignments')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('clientId') clientId: Uuid) {
    const query = new ClientFileQuery(clientId, principal.branchScope, seesMasked(principal), this.reads.zone);
    return this.reads.one({ models: ['clientFiles'], minPosition, clientId }, query);
  }

  @Reads(':clientId/timeline', 'client.readTimeline', TimelineView, 'Everything recorded about a client, newest first')
  async timeline(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') clientId: Uuid,
    @Asked() question: TimelineQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const asked = {
      ...question,
      list: `timeline of client ${clientId}`,
      filter: {},
      principal,
      models: ['timeline' as const],
      minPosition,
    };
    const answer = await this.reads.page(asked, reply, (page) => new ClientTimelineQuery(clientId, principal.branchScope, page));
    return seesMasked(principal) ? { ...answer, items: answer.items.map(maskedItem) } : answer;
  }

  @Reads(':clientId/tier-history', 'tier.readHistory', TierHistoryAnswer, 'The tier on a date, as known at an instant')
  tierHistory(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') clientId: Uuid,
    @Asked() question: TierHistoryQuestion,
  ) {
    const now = new Date().toISOString();
    const { validDate = localDateOf(now, this.reads.zone), knownAt = now } = question;
    const query = new TierHistoryQuery(clientId, principal.branchScope, validDate, instantOf(knownAt));
    return this.reads.one({ models: ['tierHistory', 'clientFiles'], minPosition, clientId }, query);
  }

  private page(
    position: { limit?: number; cursor?: string },
    filter: { clientNo?: string; status?: string; name?: string },
    principal: Principal,
    minPosition: number,
    reply: FastifyReply,
  ) {
    const asked = { ...position, list: 'clients', filter, principal, models: ['clientFiles' as const], minPosition };
    return this.reads.page(asked, reply, (page) => new ClientListQuery(principal.branchScope, filter, page));
  }
}
