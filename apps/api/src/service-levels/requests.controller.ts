import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeRequest, type CommandResult } from '#application';
import type { Instant, Uuid, When } from '#event-sourcing';
import type { RequestCommand } from '#service-levels';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDesk } from '../requests/command-desk.js';
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

type Timed = { at: When; now: Instant };

/** What a client asks the firm to do. An HTTP request is a `call` here. */
@ApiTags('service levels')
@Controller('v1/requests')
export class RequestsController {
  constructor(private readonly desk: CommandDesk) {}

  @Creates('', 'request.receive', '/v1/requests', 'Receive a service request')
  receive(@NewCommand() call: CommandRequest, @Stated() body: ReceiveRequestBody): Promise<CommandResult> {
    const { severity = 'normal', ...stated } = body;
    const receivedAt = this.desk.when(body.receivedAt);
    const command: RequestCommand = { type: 'ReceiveRequest', ...stated, severity, receivedAt, now: call.now };
    return this.desk.perform(call, body, receivedAt, (context) => new ChangeRequest(undefined, command, context));
  }

  @Changes(':requestId/start', 'request.start', 'Start work on a request')
  start(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: StartRequestBody) {
    return this.change(call, id, body, (timed) => ({ type: 'StartRequest', ...timed }));
  }

  @Changes(':requestId/start-step', 'request.startStep', 'Start a step of a request')
  startStep(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: StartStepBody) {
    const { step } = body;
    return this.change(call, id, body, (timed) => ({ type: 'StartStep', step, ...timed }));
  }

  @Changes(':requestId/complete-step', 'request.completeStep', 'Complete a step of a request')
  completeStep(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CompleteStepBody) {
    const { step } = body;
    return this.change(call, id, body, (timed) => ({ type: 'CompleteStep', step, ...timed }));
  }

  @Changes(':requestId/ask-client', 'request.askClient', 'Ask the client a question, and wait for the reply')
  askClient(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: AskClientBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, (timed) => ({ type: 'AskClient', ...stated, ...timed }));
  }

  @Changes(':requestId/record-client-reply', 'request.recordClientReply', 'Record the reply of the client')
  recordClientReply(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: RecordClientReplyBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, (timed) => ({ type: 'RecordClientReply', ...stated, ...timed }));
  }

  @Changes(':requestId/complete', 'request.complete', 'Complete a request')
  complete(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CompleteRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, (timed) => ({ type: 'CompleteRequest', ...stated, ...timed }));
  }

  @Changes(':requestId/cancel', 'request.cancel', 'Cancel a request')
  cancel(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: CancelRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, (timed) => ({ type: 'CancelRequest', ...stated, ...timed }));
  }

  @Changes(':requestId/reopen', 'request.reopen', 'Reopen a completed request as its next cycle')
  reopen(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: ReopenRequestBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(call, id, body, (timed) => ({ type: 'ReopenRequest', ...stated, ...timed }));
  }

  @Changes(':requestId/raise-severity', 'request.raiseSeverity', 'Raise the severity of a request')
  raiseSeverity(@ChangeCommand() call: CommandRequest, @Id('requestId') id: Uuid, @Stated() body: RaiseSeverityBody) {
    const { to } = body;
    return this.change(call, id, body, (timed) => ({ type: 'RaiseSeverity', to, ...timed }));
  }

  private change(
    call: CommandRequest,
    requestId: Uuid,
    body: { occurredAt?: string },
    commandAt: (timed: Timed) => RequestCommand,
  ): Promise<CommandResult> {
    const { now } = call;
    const at = this.desk.occurred(body.occurredAt, now);
    return this.desk.perform(call, body, at, (context) => new ChangeRequest(requestId, commandAt({ at, now }), context));
  }
}
