import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { type CommitmentFilter, CommitmentListQuery, type CommitmentOrder, CommitmentQuery } from '#read-models';
import { type ListQuestion, ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { clockDetails } from './commitment-details.js';
import { CommitmentListQuestion, filterOf, LateEvidenceQuestion, narrowed, OfCaseQuestion, QueueQuestion } from './commitment-questions.js';
import { CommitmentAnswer, CommitmentPageView, LateEvidencePageView, QueueView, WhyAnswer } from './commitment-views.js';
import { Deadlines } from './deadlines.js';

interface Listing {
  /** What a cursor is bound to. */
  list: string;
  asked: object;
  filter: CommitmentFilter;
  order: CommitmentOrder;
  of?: { kind: 'client' | 'request' | 'complaint'; id: Uuid };
  /** With the late evidence of each. */
  detailed?: true;
}

@ApiTags('service levels')
@Controller('v1')
export class CommitmentReadsController {
  constructor(
    private readonly reads: ReadDispatcher,
    private readonly deadlines: Deadlines,
  ) {}

  @Reads('commitments', 'commitment.list', CommitmentPageView, 'Commitments by deadline; what has none comes last')
  async list(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: CommitmentListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...asked } = question;
    const filter = filterOf(asked, this.reads.zone, new Date().toISOString());
    const listing = { list: 'commitments', asked, filter, order: 'deadline' as const };
    const answer = await this.page(principal, minPosition, { limit, cursor }, reply, listing);
    return { ...answer, items: await this.deadlines.shown(answer.items) };
  }

  @Reads('service-levels/queue', 'commitment.queue', QueueView, 'What is to be done by when: running and late commitments by deadline')
  async queue(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: QueueQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, part = 'due', ...narrowing } = question;
    const open = { ...narrowed(narrowing), open: true };
    const listing: Listing =
      part === 'waiting'
        ? { list: 'waiting', asked: narrowing, filter: { ...open, state: 'paused' }, order: 'waiting' }
        : { list: 'queue', asked: narrowing, filter: { ...open, notPaused: true, actionable: true }, order: 'deadline' };
    const answer = await this.page(principal, minPosition, { limit, cursor }, reply, listing);
    const nowMs = Date.now();
    const items = await this.deadlines.queued(answer.items, nowMs, principal.branchScope);
    return { ...answer, now: new Date(nowMs).toISOString(), items };
  }

  @Reads(
    'service-levels/late-evidence',
    'commitment.listLateEvidence',
    LateEvidencePageView,
    'What was recorded after the deadline that it says was kept, and waits for a second person',
  )
  async lateEvidence(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: LateEvidenceQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, status = 'waiting', ...narrowing } = question;
    const filter = { ...narrowed(narrowing), lateEvidence: status };
    const listing: Listing = { list: 'late evidence', asked: { ...narrowing, status }, filter, order: 'deadline', detailed: true };
    const answer = await this.page(principal, minPosition, { limit, cursor }, reply, listing);
    const shown = await this.deadlines.shown(answer.items);
    return { ...answer, items: shown.map(({ lateEvidence = [], ...item }) => ({ ...item, lateEvidence: [...lateEvidence] })) };
  }

  @Reads('commitments/:commitmentId', 'commitment.read', CommitmentAnswer, 'One commitment as it stands, with what its clock did')
  async one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('commitmentId') commitmentId: Uuid) {
    const view = await this.reads.one({ models: ['commitments'], minPosition }, new CommitmentQuery(commitmentId, principal.branchScope));
    const [{ deadlineLocal } = { deadlineLocal: null }] = await this.deadlines.shown([view]);
    const clockEvents = view.clockEvents.map(({ type, data }) => ({ type, ...data }));
    return { ...view, deadlineLocal, clockEvents, ...clockDetails(view) };
  }

  @Reads('commitments/:commitmentId/why', 'commitment.explain', WhyAnswer, 'Why this deadline, and why this outcome')
  async why(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('commitmentId') commitmentId: Uuid) {
    const models = ['commitments', 'caseFacts'] as const;
    const view = await this.reads.one({ models, minPosition }, new CommitmentQuery(commitmentId, principal.branchScope));
    const nowMs = Date.now();
    const { clientId, subjectKind, subjectId, excuse, corrections, asOfPosition, asOf } = view;
    const answer = await this.deadlines.explained(view, nowMs, principal.branchScope);
    const of = { commitmentId, clientId, subject: { kind: subjectKind, id: subjectId }, now: new Date(nowMs).toISOString() };
    return { ...of, ...answer, step: view.step, excuse, corrections, asOfPosition, asOf };
  }

  @Reads(
    'requests/:requestId/commitments',
    'commitment.listOfRequest',
    CommitmentPageView,
    'Commitments of a request, in the order they started',
  )
  ofRequest(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('requestId') id: Uuid,
    @Asked() question: OfCaseQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ofCase(principal, minPosition, question, reply, { kind: 'request', id });
  }

  @Reads(
    'complaints/:complaintId/commitments',
    'commitment.listOfComplaint',
    CommitmentPageView,
    'Commitments of a complaint, in the order they started',
  )
  ofComplaint(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('complaintId') id: Uuid,
    @Asked() question: OfCaseQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ofCase(principal, minPosition, question, reply, { kind: 'complaint', id });
  }

  @Reads(
    'clients/:clientId/commitments',
    'commitment.listOfClient',
    CommitmentPageView,
    'Commitments to a client, in the order they started',
  )
  ofClient(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') id: Uuid,
    @Asked() question: OfCaseQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ofCase(principal, minPosition, question, reply, { kind: 'client', id });
  }

  private async ofCase(
    principal: Principal,
    minPosition: number,
    question: ListQuestion,
    reply: FastifyReply,
    of: NonNullable<Listing['of']>,
  ) {
    const filter = of.kind === 'client' ? { clientId: of.id } : { subjectId: of.id };
    const listing = { list: `commitments of ${of.kind} ${of.id}`, asked: {}, filter, order: 'start' as const, of };
    const answer = await this.page(principal, minPosition, question, reply, listing);
    return { ...answer, items: await this.deadlines.shown(answer.items) };
  }

  private page(
    principal: Principal,
    minPosition: number,
    { limit, cursor }: ListQuestion,
    reply: FastifyReply,
    { list, asked, filter, order, of, detailed }: Listing,
  ) {
    const models = ['commitments' as const, ...(of ? [caseModels[of.kind]] : [])];
    const question = { limit, cursor, list, filter: asked, principal, models, minPosition };
    return this.reads.page(question, reply, (page) => new CommitmentListQuery(principal.branchScope, filter, order, page, of, detailed));
  }
}

const caseModels = { client: 'clientFiles', request: 'requests', complaint: 'complaints' } as const;
