import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { ComplaintFiguresQuery, ComplaintListQuery, ComplaintQuery, ComplaintTimelineQuery, type FigureDimension } from '#read-models';
import { TimelineQuestion, TimelineView } from '../clients/client-views.js';
import { maskedItem, seesMasked } from '../clients/masking.js';
import { localDateOf } from '../fields/index.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { ComplaintAnswer, ComplaintListQuestion, ComplaintPageView, FiguresQuestion, FiguresView } from './complaint-views.js';

@ApiTags('complaints')
@Controller('v1')
export class ComplaintReadsController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('complaints', 'complaint.list', ComplaintPageView, 'The complaint register, newest receipt first')
  list(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: ComplaintListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = question;
    const asked = { limit, cursor, list: 'complaints', filter, principal, models: ['complaints' as const], minPosition };
    const { open, without, undated, ...named } = filter;
    const marked = { open: open !== undefined, withoutSeverity: without !== undefined, ...(undated && { undated: undated === 'yes' }) };
    return this.reads.page(asked, reply, (page) => new ComplaintListQuery(principal.branchScope, { ...named, ...marked }, page));
  }

  @Reads('complaints/:complaintId', 'complaint.read', ComplaintAnswer, 'One complaint as it stands')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('complaintId') complaintId: Uuid) {
    return this.reads.one({ models: ['complaints'], minPosition }, new ComplaintQuery(complaintId, principal.branchScope));
  }

  @Reads('complaints/:complaintId/timeline', 'complaint.read', TimelineView, 'What was done about a complaint, in order')
  async timeline(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('complaintId') complaintId: Uuid,
    @Asked() question: TimelineQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const list = `timeline of complaint ${complaintId}`;
    const asked = { ...question, list, filter: {}, principal, models: ['timeline' as const], minPosition };
    const answer = await this.reads.page(asked, reply, (page) => new ComplaintTimelineQuery(complaintId, principal.branchScope, page));
    return seesMasked(principal) ? { ...answer, items: answer.items.map(maskedItem) } : answer;
  }

  @Reads('service-levels/complaints', 'serviceLevels.read', FiguresView, 'Figures of complaints by channel, product and month')
  figures(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() question: FiguresQuestion) {
    const { by, ...filter } = question;
    const dimensions = [...new Set((by ?? '').split(',').filter(Boolean))] as FigureDimension[];
    const today = localDateOf(new Date().toISOString(), this.reads.zone);
    return this.reads.one(
      { models: ['complaints', 'commitments'], minPosition },
      new ComplaintFiguresQuery(principal.branchScope, dimensions, filter, today),
    );
  }
}
