import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeAssignments, type CommandResult } from '#application';
import type { AssignmentCommand } from '#clients';
import type { Uuid } from '#event-sourcing';
import { ChangeCommand, type CommandRequest } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Stated } from '../requests/routes.js';
import { OpenItems } from './open-items.js';
import { AssignBody, EndAssignmentBody, HandOverBody } from './assignment-bodies.js';

/** A client's assignments have a version of their own, "0" before the first. */
@ApiTags('assignments')
@Controller('v1/clients/:clientId/assignments')
export class AssignmentsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly items: OpenItems,
  ) {}

  @Changes('assign', 'assignment.assign', 'Assign a manager or an adviser')
  assign(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: AssignBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, clientId, body, { type: 'AssignRelationship', ...stated });
  }

  @Changes('hand-over', 'assignment.handOver', 'Hand the client over, with open items')
  handOver(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: HandOverBody) {
    const { occurredAt, openItems, ...stated } = body;
    const command: AssignmentCommand = { type: 'HandOver', ...stated, openItems: openItems ?? [] };
    const all = openItems ? undefined : () => this.items.of(clientId, request.principal.branchScope);
    const occurred = this.commands.occurred(occurredAt, request.now);
    return this.commands.perform(new ChangeAssignments(clientId, command, this.commands.context(request, body, occurred), all));
  }

  @Changes('end', 'assignment.end', 'End an assignment')
  end(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: EndAssignmentBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, clientId, body, { type: 'EndAssignment', ...stated });
  }

  private change(
    request: CommandRequest,
    clientId: Uuid,
    body: { occurredAt?: string },
    command: AssignmentCommand,
  ): Promise<CommandResult> {
    const occurred = this.commands.occurred(body.occurredAt, request.now);
    return this.commands.perform(new ChangeAssignments(clientId, command, this.commands.context(request, body, occurred)));
  }
}
