import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { addDays, addMonths, type LocalDate } from '#event-sourcing';
import {
  ChurnCountsQuery,
  ChurnListQuery,
  DormantListQuery,
  ParetoListQuery,
  ParetoQuery,
  RfmDistributionQuery,
  RfmListQuery,
  type ValueQuestion,
} from '#read-models';
import { localDateOf } from '../fields/index.js';
import { invalidRequest } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Expensive } from '../requests/expensive-reads.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { moneyOf } from './value-amounts.js';
import {
  AsOfQuestion,
  ChurnQuestion,
  DormantQuestion,
  ParetoListQuestion,
  ParetoQuestion,
  RfmListQuestion,
  RfmQuestion,
} from './value-questions.js';
import { addressOf, shownChurn, shownDormancy, shownParetoView, shownRfm } from './value-shown.js';
import { ChurnCountsView, ChurnPageView, DormantPageView, ParetoAnswer, ParetoPageView, RfmPageView, RfmView } from './value-views.js';

const MONTHS_MAX = 36;
const models = ['accountFacts', 'clientFiles'] as const;

/** Client value over all clients that the caller sees. Reports, never tiers. Every figure has the address of the list behind it. */
@ApiTags('client value')
@Controller('v1/value')
export class ValueController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Expensive()
  @Reads('rfm', 'value.readRfm', RfmView, 'How many clients have which scores for recency, frequency and money')
  async rfm(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() { asOf, scale = 'fixed' }: RfmQuestion) {
    const question = this.about(principal, asOf);
    const answer = await this.reads.one({ models, minPosition }, new RfmDistributionQuery(question, scale));
    const list = (more: Record<string, string | number>): string => addressOf('/v1/value/rfm/clients', { asOf: answer.on, scale, ...more });
    const noHistory = { clients: answer.noHistory, drillDown: list({ noHistory: 'true' }) };
    const cells = answer.cells.map((cell) => {
      const { recency, frequency, monetary } = cell;
      return { ...cell, drillDown: list({ recency, frequency, monetary }) };
    });
    return { ...answer, scale, noHistory, cells };
  }

  @Expensive()
  @Reads('rfm/clients', 'value.listRfm', RfmPageView, 'The clients behind a figure of RFM')
  async rfmClients(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() asked: RfmListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = asked;
    const { asOf, scale = 'fixed', noHistory, ...scores } = filter;
    const question = this.about(principal, asOf);
    const wanted = { ...scores, ...(noHistory !== undefined && { noHistory: noHistory === 'true' }) };
    const list = { limit, cursor, list: 'rfm', filter: { ...filter, on: question.asOf }, principal, models, minPosition };
    const page = await this.reads.page(list, reply, (at) => new RfmListQuery(question, scale, wanted, at));
    return { ...page, items: page.items.map((item) => shownRfm(item, page.currency)) };
  }

  @Expensive()
  @Reads('pareto', 'value.readPareto', ParetoAnswer, 'Who brings most of the net commission, and how that changed by month')
  async pareto(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() asked: ParetoQuestion) {
    const span = this.span(asked);
    return shownParetoView(await this.reads.one({ models, minPosition }, new ParetoQuery(this.about(principal, span.to), span)));
  }

  @Expensive()
  @Reads('pareto/clients', 'value.listPareto', ParetoPageView, 'The clients behind a figure of it, the largest first')
  async paretoClients(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() asked: ParetoListQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, part = 'vitalFew', ...stated } = asked;
    const span = this.span(stated);
    const question = this.about(principal, span.to);
    const list = { limit, cursor, list: 'pareto', filter: { ...span, part }, principal, models, minPosition };
    const make = (at: ConstructorParameters<typeof ParetoListQuery>[3]) => new ParetoListQuery(question, span, part, at);
    const { span: of, ...page } = await this.reads.page(list, reply, make);
    const items = page.items.map(({ clientId, clientNo, branchId, status, rank, amount }) => {
      return { clientId, clientNo, branchId, status, rank, amount: moneyOf(amount, page.currency) };
    });
    return { ...page, ...of, items };
  }

  @Expensive()
  @Reads('churn', 'value.listChurn', ChurnPageView, 'Clients who show signs of leaving, each sign with its evidence')
  async churn(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() asked: ChurnQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = asked;
    const { asOf, ...wanted } = filter;
    const question = this.about(principal, asOf);
    const list = { limit, cursor, list: 'churn', filter: { ...filter, on: question.asOf }, principal, models: churnModels, minPosition };
    const page = await this.reads.page(list, reply, (at) => new ChurnListQuery(question, wanted, at));
    return { ...page, items: page.items.map((item) => shownChurn(item, page.currency, page.on)) };
  }

  @Expensive()
  @Reads('churn/counts', 'value.readChurn', ChurnCountsView, 'How many clients show which sign of leaving')
  async churnCounts(@Caller() principal: Principal, @MinPosition() minPosition: number, @Asked() { asOf }: AsOfQuestion) {
    const answer = await this.reads.one({ models: churnModels, minPosition }, new ChurnCountsQuery(this.about(principal, asOf)));
    const list = (more: Record<string, string | number>): string => addressOf('/v1/value/churn', { asOf: answer.on, ...more });
    const bySignal = answer.bySignal.map((one) => ({ ...one, drillDown: list({ signal: one.signal }) }));
    // a list is of those with at least so many signals, so the figure is too
    const byScore = answer.byScore.map(({ score }, i) => {
      const clients = answer.byScore.slice(i).reduce((sum, one) => sum + one.clients, 0);
      return { minScore: score, clients, drillDown: list({ minScore: score }) };
    });
    return { ...answer, bySignal, byScore };
  }

  @Expensive()
  @Reads('dormant', 'value.listDormant', DormantPageView, 'Clients without securities, with little cash, and long without a movement')
  async dormant(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Asked() asked: DormantQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, asOf } = asked;
    const question = this.about(principal, asOf);
    const list = { limit, cursor, list: 'dormant', filter: { on: question.asOf }, principal, models, minPosition };
    const page = await this.reads.page(list, reply, (at) => new DormantListQuery(question, at));
    return { ...page, items: page.items.map((item) => shownDormancy(item, page.currency)) };
  }

  private about({ branchScope }: Principal, asOf: LocalDate | undefined): ValueQuestion {
    const { zone } = this.reads;
    return { scope: branchScope, asOf: asOf ?? this.today(), zone };
  }

  private today(): LocalDate {
    return localDateOf(new Date().toISOString(), this.reads.zone);
  }

  /** Throws a Problem for days that are no span, or one of more than three years. */
  private span({ from, to = this.today() }: { from?: string; to?: string }) {
    const first = from ?? addDays(addMonths(to, -12), 1);
    if (first > to) throw invalidRequest({ pointer: '#/query/from', code: 'out-of-range' });
    if (first <= addMonths(to, -MONTHS_MAX)) throw invalidRequest({ pointer: '#/query/from', code: 'out-of-range' });
    return { from: first, to };
  }
}

const churnModels = ['accountFacts', 'clientFiles', 'complaints', 'clientContacts'] as const;
