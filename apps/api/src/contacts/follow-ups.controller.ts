import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { ChangeFollowUp, type CommandResult } from '#application';
import type { FollowUpCommand } from '#contacts';
import { instant, type Uuid } from '#event-sourcing';
import { instantOf } from '../fields/index.js';
import { FollowUpQuery } from '#read-models';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { ChangeCommand, type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Changes, Creates, Reads, Stated } from '../requests/routes.js';
import { CompleteFollowUpBody, ScheduleFollowUpBody } from './contact-bodies.js';
import { FollowUpAnswer } from './contact-views.js';

@ApiTags('contacts')
@Controller('v1/follow-ups')
export class FollowUpsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Reads(':followUpId', 'followUp.read', FollowUpAnswer, 'One follow-up as it stands')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('followUpId') followUpId: Uuid) {
    return this.reads.one({ models: ['timeline'], minPosition }, new FollowUpQuery(followUpId, principal.branchScope));
  }

  @Creates('', 'followUp.schedule', '/v1/follow-ups', 'Schedule a follow-up')
  schedule(@NewCommand() request: CommandRequest, @Stated() body: ScheduleFollowUpBody): Promise<CommandResult> {
    const { now, principal } = request;
    const owner = body.owner ?? principal.subject;
    const command: FollowUpCommand = { type: 'ScheduleFollowUp', ...body, owner, dueAt: instantOf(body.dueAt), now };
    return this.commands.perform(new ChangeFollowUp(undefined, command, this.commands.context(request, body)));
  }

  @Changes(':followUpId/complete', 'followUp.complete', 'Complete a follow-up')
  complete(@ChangeCommand() request: CommandRequest, @Id('followUpId') followUpId: Uuid, @Stated() body: CompleteFollowUpBody) {
    const { now, principal } = request;
    const completedAt = body.completedAt === undefined ? now : instantOf(body.completedAt);
    const command: FollowUpCommand = { type: 'CompleteFollowUp', ...body, completedAt, completedBy: principal.subject, now };
    return this.commands.perform(new ChangeFollowUp(followUpId, command, this.commands.context(request, body, instant(completedAt))));
  }
}
