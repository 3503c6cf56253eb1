import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { AccountFactsQuery, ClientValueQuery } from '#read-models';
import { localDateOf } from '../fields/index.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { AccountFactsQuestion, AsOfQuestion } from './value-questions.js';
import { shownValue } from './value-shown.js';
import { AccountFactsAnswer, ClientValueAnswer } from './value-views.js';

/** What one client is worth, does and says, and the facts that this rests on. */
@ApiTags('client value')
@Controller('v1/clients/:clientId')
export class ClientValueController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('value', 'value.readClient', ClientValueAnswer, 'Scores, signs of leaving, and what a client does beside what they say')
  async value(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') clientId: Uuid,
    @Asked() question: AsOfQuestion,
  ) {
    const { zone } = this.reads;
    const asOf = question.asOf ?? localDateOf(new Date().toISOString(), zone);
    const query = new ClientValueQuery(clientId, { scope: principal.branchScope, asOf, zone });
    const models = ['accountFacts', 'clientFiles', 'riskProfiles', 'complaints', 'clientContacts'] as const;
    return shownValue(await this.reads.one({ models, minPosition, clientId }, query));
  }

  @Reads('account-facts', 'value.listAccountFacts', AccountFactsAnswer, 'What the back office states of a client’s accounts, newest first')
  facts(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @Id('clientId') clientId: Uuid,
    @Asked() question: AccountFactsQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, ...filter } = question;
    const { of = 'trades', ...span } = filter;
    const asked = {
      limit,
      cursor,
      list: `account facts of ${clientId}`,
      filter,
      principal,
      models: ['accountFacts' as const],
      minPosition,
      clientId,
    };
    return this.reads.page(asked, reply, (page) => new AccountFactsQuery(clientId, principal.branchScope, of, span, page));
  }
}
