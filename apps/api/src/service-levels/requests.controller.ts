import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeRequest, type CommandResult } from '#application';
import type { Uuid, When } from '#event-sourcing';
import type { RequestCommand } from '#service-levels';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Creates, Stated } from '../requests/routes.js';
import {
  AskClientBody,
  CancelRequestBody,
  CompleteRequestBody,
  CompleteStepBody,
  RaiseSeverityBody,
  ReceiveRequestBody,
  RecordClientReplyBody,
  ReopenRequestBody,
  StartRequestBody,
  StartStepBody,
} from './request-bodies.js';

/** What a client asks the firm to do. An HTTP request is a `call` here. */
@ApiTags('service levels')
@Controller('v1/requests')
export class RequestsController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Creates('', 'request.receive', '/v1/requests', 'Receive a service request')
  receive(@NewCommand() call: CommandRequest, @Stated() body: ReceiveRequestBody): Promise<CommandResult> {
    const { severity = 'normal', ...stated } = body;
    const receivedAt = this.commands.whenBy(call, 'receivedAt', body.receivedAt, body.channel);
    const command: RequestCommand = { type: 'ReceiveRequest', ...stated, severity, receivedAt, now: call.now };
    return this.commands.perform(new ChangeRequest(undefined, command, this.commands.context(call, body, receivedAt)));
  }

  @Changes(':requestId/start', 'request.start', 'Start work on a request')
  start(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: StartRequestBody) {
    return this.change(call, id, body, { type: 'StartRequest', ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/start-step', 'request.startStep', 'Start a step of a request')
  startStep(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: StartStepBody) {
    const { step } = body;
    return this.change(call, id, body, { type: 'StartStep', step, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/complete-step', 'request.completeStep', 'Complete a step of a request')
  completeStep(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CompleteStepBody) {
    const { step } = body;
    return this.change(call, id, body, { type: 'CompleteStep', step, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/ask-client', 'request.askClient', 'Ask the client a question, and wait for the reply')
  askClient(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: AskClientBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, { type: 'AskClient', ...stated, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/record-client-reply', 'request.recordClientReply', 'Record the reply of the client')
  recordClientReply(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: RecordClientReplyBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, { type: 'RecordClientReply', ...stated, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/complete', 'request.complete', 'Complete a request')
  complete(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CompleteRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, { type: 'CompleteRequest', ...stated, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/cancel', 'request.cancel', 'Cancel a request')
  cancel(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CancelRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, { type: 'CancelRequest', ...stated, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/reopen', 'request.reopen', 'Reopen a completed request as its next cycle')
  reopen(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: ReopenRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, { type: 'ReopenRequest', ...stated, ...this.commands.timed(call, body) });
  }

  @Changes(':requestId/raise-severity', 'request.raiseSeverity', 'Raise the severity of a request')
  raiseSeverity(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: RaiseSeverityBody) {
    const { to } = body;
    return this.change(call, id, body, { type: 'RaiseSeverity', to, ...this.commands.timed(call, body) });
  }

  private change(call: CommandRequest, requestId: Uuid, body: object, command: RequestCommand & { at: When }): Promise<CommandResult> {
    return this.commands.perform(new ChangeRequest(requestId, command, this.commands.context(call, body, command.at)));
  }
}
