import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { ChangeSegment, type CommandResult } from '#application';
import { checkSegmentQuery, type SegmentCommand } from '#clients';
import type { Uuid } from '#event-sourcing';
import { SegmentClientsQuery, SegmentCountQuery, SegmentListQuery, SegmentOfIdQuery, type ValueQuestion } from '#read-models';
import { localDateOf } from '../fields/index.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { ChangeCommand, type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Expensive } from '../requests/expensive-reads.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Changes, Creates, Reads, Searches, Stated } from '../requests/routes.js';
import { CountSegmentBody, RenameSegmentBody, RetireSegmentBody, SaveSegmentBody } from './segment-bodies.js';
import {
  SegmentAnswer,
  SegmentClientsQuestion,
  SegmentClientsView,
  SegmentCountAnswer,
  SegmentListQuestion,
  SegmentPageView,
  SegmentQuestion,
} from './segment-views.js';
import { addressOf } from './value-shown.js';

const models = ['segments', 'clientFiles', 'clientAttributes', 'accountFacts', 'tierHistory', 'complaints', 'clientContacts'] as const;

/** Saved queries over clients. Everybody who may read them sees the same query, and the clients of their own branch. */
@ApiTags('segments')
@Controller('v1/segments')
export class SegmentsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Creates('', 'segment.save', '/v1/segments', 'Save a segment under a name')
  save(@NewCommand() request: CommandRequest, @Stated() body: SaveSegmentBody) {
    return this.change(request, undefined, body, { type: 'SaveSegment', ...body, savedBy: request.principal.subject });
  }

  @Changes(':segmentId/rename', 'segment.rename', 'Give a segment another name')
  rename(@ChangeCommand() request: CommandRequest, @Id('segmentId') segmentId: Uuid, @Stated() body: RenameSegmentBody) {
    return this.change(request, segmentId, body, { type: 'RenameSegment', ...body });
  }

  @Changes(':segmentId/retire', 'segment.retire', 'Take a segment out of use; its history stays')
  retire(@ChangeCommand() request: CommandRequest, @Id('segmentId') segmentId: Uuid, @Stated() body: RetireSegmentBody) {
    return this.change(request, segmentId, body, { type: 'RetireSegment', retiredBy: request.principal.subject });
  }

  @Reads('', 'segment.list', SegmentPageView, 'Segments, the newest first')
  list(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: SegmentListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = question;
    const asked = { limit, cursor, list: 'segments', filter, principal, models: ['segments' as const], minPosition };
    return this.reads.page(asked, reply, (page) => new SegmentListQuery(principal.branchScope, filter, page));
  }

  @Expensive()
  @Searches('count', 'segment.count', SegmentCountAnswer, 'How many would belong to a segment that is not saved')
  async count(@Caller() principal: Principal, @MinPosition() minPosition: number, @Stated() { query, asOf }: CountSegmentBody) {
    checkSegmentQuery(query);
    return this.reads.one({ models, minPosition }, new SegmentCountQuery(query, this.about(principal, asOf)));
  }

  @Expensive()
  @Reads(':segmentId', 'segment.read', SegmentAnswer, 'A segment, how many belong to it, and how many did')
  async one(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('segmentId') segmentId: Uuid,
    @Asked() { asOf }: SegmentQuestion,
  ) {
    const answer = await this.reads.one({ models, minPosition }, new SegmentOfIdQuery(segmentId, this.about(principal, asOf)));
    return { ...answer, drillDown: addressOf(`/v1/segments/${segmentId}/clients`, { asOf: answer.on }) };
  }

  @Expensive()
  @Reads(':segmentId/clients', 'segment.listClients', SegmentClientsView, 'The clients who belong to it')
  async clients(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('segmentId') segmentId: Uuid,
    @Asked() question: SegmentClientsQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, asOf } = question;
    const about = this.about(principal, asOf);
    const asked = { limit, cursor, list: `clients of segment ${segmentId}`, filter: { on: about.asOf }, principal, models, minPosition };
    const page = await this.reads.page(asked, reply, (at) => new SegmentClientsQuery(segmentId, about, at));
    const items = page.items.map(({ clientId, clientNo, branchId, status }) => ({ clientId, clientNo, branchId, status }));
    return { ...page, items };
  }

  private about({ branchScope: scope }: Principal, asOf: string | undefined): ValueQuestion {
    const { zone } = this.reads;
    return { scope, zone, asOf: asOf ?? localDateOf(new Date().toISOString(), zone) };
  }

  private change(request: CommandRequest, segmentId: Uuid | undefined, body: object, command: SegmentCommand): Promise<CommandResult> {
    return this.commands.perform(new ChangeSegment(segmentId, command, this.commands.context(request, body)));
  }
}
