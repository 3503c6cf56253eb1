import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { addMonths, type LocalDate, monthEnds, type Uuid } from '#event-sourcing';
import { TierChangesQuery, TieredClientsQuery, TierFiguresQuery } from '#read-models';
import { BookQuery, TierRunsQuery, TierWhyQuery } from '#tiering';
import { instantOf, localDateOf } from '../fields/index.js';
import { invalidRequest, Problem } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { rangeOf } from '../service-levels/commitment-questions.js';
import { BookView } from './book-views.js';
import { TierChangesView, TieredClientsView, TierFiguresView, TierRunsView } from './tier-figure-views.js';
import { figuresWithLists } from './tier-figures.js';
import { BookQuestion, TierChangesQuestion, TieredClientsQuestion, TierFiguresQuestion, TierWhyQuestion } from './tier-questions.js';
import { TierWhyAnswer } from './tier-why-views.js';

const MONTH_ENDS_MAX = 36;

/** Why a client has their tier, whose clients stand where, and how the tiers of a branch move. */
@ApiTags('tiers')
@Controller('v1')
export class TierReadsController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('clients/:clientId/tier/why', 'tier.readWhy', TierWhyAnswer, 'What a client’s tier on a date rests on, as known at an instant')
  why(
    @Caller() { branchScope }: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') clientId: Uuid,
    @Asked() question: TierWhyQuestion,
  ) {
    const now = new Date().toISOString();
    const { validDate = this.today(now), knownAt = now } = question;
    const query = new TierWhyQuery(clientId, branchScope, validDate, instantOf(knownAt));
    const models = ['tierHistory', 'tierStandings', 'tierRules', 'accountFacts', 'clientFiles'] as const;
    return this.reads.one({ models, minPosition, clientId }, query);
  }

  @Reads('tiers/book', 'tier.readBook', BookView, 'The clients of a manager, by what there is to do')
  async book(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: BookQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { staffId = principal.subject, ...position } = question;
    if (principal.role === 'relationshipManager' && staffId !== principal.subject) throw new Problem('not-permitted');
    const today = this.today();
    const dueBy = rangeOf(undefined, today, this.reads.zone, 'to').upTo!;
    const models = [
      'relationships',
      'tierHistory',
      'tierStandings',
      'accountFacts',
      'clientFiles',
      'complaints',
      'followUps',
      'riskProfiles',
    ] as const;
    const asked = { ...position, list: 'book', filter: { staffId }, principal, models, minPosition };
    const answer = await this.reads.page(
      asked,
      reply,
      (page) => new BookQuery(principal.branchScope, staffId, today, this.reads.zone, dueBy, page),
    );
    return { staffId, today, ...answer };
  }

  @Reads(
    'tiers/figures',
    'tier.readFigures',
    TierFiguresView,
    'Mix of tiers over time, promotions and demotions, overrides and their share',
  )
  async figures(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number, @Asked() question: TierFiguresQuestion) {
    const { branchId } = question;
    const { from, to } = this.period(question);
    const ends = monthEnds(from, to);
    if (ends.length > MONTH_ENDS_MAX) throw invalidRequest({ pointer: '#/query/from', code: 'out-of-range' });
    const dates = [...new Set([...ends, to])];
    const query = new TierFiguresQuery(branchScope, from, to, dates, branchId);
    return figuresWithLists({ from, to }, await this.reads.one({ models: ['tierHistory', 'tierStandings'], minPosition }, query));
  }

  @Reads('tiers/clients', 'tier.listClients', TieredClientsView, 'Clients by the tier in force on a date, as known now')
  async clients(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: TieredClientsQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, on = this.today(), overridden, ...narrowing } = question;
    const filter = { ...narrowing, overridden: overridden === 'true' };
    const models = ['tierHistory', 'clientFiles'] as const;
    const asked = { limit, cursor, list: 'clients by tier', filter: { on, ...filter }, principal, models, minPosition };
    const answer = await this.reads.page(asked, reply, (page) => new TieredClientsQuery(principal.branchScope, on, filter, page));
    return { on, ...answer };
  }

  @Reads('tiers/changes', 'tier.listChanges', TierChangesView, 'Promotions and demotions by evaluation, the latest first, as known now')
  changes(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() question: TierChangesQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, from: _from, to: _to, ...filter } = question;
    const { from, to } = this.period(question);
    const models = ['tierStandings'] as const;
    const asked = { limit, cursor, list: 'tier changes', filter: { from, to, ...filter }, principal, models, minPosition };
    return this.reads.page(asked, reply, (page) => new TierChangesQuery(principal.branchScope, from, to, filter, page));
  }

  @Reads('tiers/runs', 'tier.listRuns', TierRunsView, 'The month ends that were evaluated, and what came of each')
  runs(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number) {
    return this.reads.one({ models: ['tierStandings'], minPosition }, new TierRunsQuery(branchScope));
  }

  private today(now = new Date().toISOString()): LocalDate {
    return localDateOf(now, this.reads.zone);
  }

  /** Up to twelve months until today, unless it is stated. */
  private period({ from: first, to = this.today() }: { from?: LocalDate; to?: LocalDate }): { from: LocalDate; to: LocalDate } {
    const from = first ?? addMonths(`${to.slice(0, 7)}-01`, -11);
    if (to < from) throw invalidRequest({ pointer: '#/query/to', code: 'out-of-range' });
    return { from, to };
  }
}
