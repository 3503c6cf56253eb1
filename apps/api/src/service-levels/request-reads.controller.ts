import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { RequestListQuery, RequestQuery, RequestTimelineQuery } from '#read-models';
import { TimelineQuestion, TimelineView } from '../clients/client-views.js';
import { maskedItem, seesMasked } from '../clients/masking.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { RequestAnswer, RequestListQuestion, RequestPageView } from './request-views.js';

@ApiTags('service levels')
@Controller('v1/requests')
export class RequestReadsController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('', 'request.list', RequestPageView, 'The register of service requests, newest receipt first')
  list(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: RequestListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = question;
    const asked = { limit, cursor, list: 'requests', filter, principal, models: ['requests' as const], minPosition };
    const { open, without, undated, ...named } = filter;
    const marked = { open: open !== undefined, withoutStaff: without !== undefined, ...(undated && { undated: undated === 'yes' }) };
    return this.reads.page(asked, reply, (page) => new RequestListQuery(principal.branchScope, { ...named, ...marked }, page));
  }

  @Reads(':requestId', 'request.read', RequestAnswer, 'One service request as it stands')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('requestId') requestId: Uuid) {
    return this.reads.one({ models: ['requests'], minPosition }, new RequestQuery(requestId, principal.branchScope));
  }

  @Reads(':requestId/timeline', 'request.readTimeline', TimelineView, 'What was done about a request, in order')
  async timeline(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('requestId') requestId: Uuid,
    @Asked() question: TimelineQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const list = `timeline of request ${requestId}`;
    const asked = { ...question, list, filter: {}, principal, models: ['timeline' as const], minPosition };
    const answer = await this.reads.page(asked, reply, (page) => new RequestTimelineQuery(requestId, principal.branchScope, page));
    return seesMasked(principal) ? { ...answer, items: answer.items.map(maskedItem) } : answer;
  }
}
