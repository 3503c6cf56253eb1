import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { type OutreachResult, PlanOutreach } from '#application';
import type { Uuid } from '#event-sourcing';
import { OutreachQuery } from '#read-models';
import { OpenItems } from '../clients/open-items.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Creates, Reads, Stated } from '../requests/routes.js';
import { PlanOutreachBody } from './contact-bodies.js';
import { OutreachAnswer } from './contact-views.js';

/** The firm's own approaches about its products, planned before anybody calls. What was said is logged as a contact, blocked or not. */
@ApiTags('contacts')
@Controller('v1/contacts')
export class OutreachController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
    private readonly items: OpenItems,
  ) {}

  @Reads('outreach/:outreachId', 'contact.readOutreach', OutreachAnswer, 'One planned or blocked outreach, with the reasons')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('outreachId') outreachId: Uuid) {
    return this.reads.one({ models: ['timeline'], minPosition }, new OutreachQuery(outreachId, principal.branchScope));
  }

  @Creates('plan-outreach', 'contact.planOutreach', '/v1/contacts/outreach', 'Plan an outreach, or be told what forbids it')
  plan(@NewCommand() request: CommandRequest, @Stated() body: PlanOutreachBody): Promise<OutreachResult> {
    const { clientId } = body;
    const planned = { ...body, plannedOn: this.commands.today(request.now) };
    const openComplaints = async (): Promise<Uuid[]> => {
      const items = await this.items.of(clientId, request.principal.branchScope);
      return items.filter(({ kind }) => kind === 'complaint').map(({ id }) => id);
    };
    return this.commands.perform(new PlanOutreach(planned, this.commands.context(request, body), openComplaints));
  }
}
