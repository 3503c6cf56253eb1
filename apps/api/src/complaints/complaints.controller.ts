import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeComplaint, type CommandResult } from '#application';
import type { ComplaintCommand } from '#complaints';
import type { Uuid, When } from '#event-sourcing';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Creates, Stated } from '../requests/routes.js';
import {
  AcknowledgeComplaintBody,
  CloseComplaintBody,
  RecordAcceptanceBody,
  RecordDisputeBody,
  RegisterComplaintBody,
  ReopenComplaintBody,
  SendFinalResponseBody,
} from './complaint-bodies.js';

@ApiTags('complaints')
@Controller('v1/complaints')
export class ComplaintsController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Creates('', 'complaint.register', '/v1/complaints', 'Register a complaint')
  register(@NewCommand() request: CommandRequest, @Stated() body: RegisterComplaintBody): Promise<CommandResult> {
    const { forwarding, staffInvolved = [], ...stated } = body;
    const receivedAt = this.commands.whenBy(request, 'receivedAt', body.receivedAt, body.channel);
    const forwarded = forwarding && {
      forwarding: { ...forwarding, forwardedAt: this.commands.past(forwarding.forwardedAt, request.now, '/forwarding/forwardedAt') },
    };
    const command: ComplaintCommand = { type: 'RegisterComplaint', ...stated, staffInvolved, receivedAt, now: request.now, ...forwarded };
    return this.commands.perform(new ChangeComplaint(undefined, command, this.commands.context(request, body, receivedAt)));
  }

  @Changes(':complaintId/acknowledge', 'complaint.acknowledge', 'Acknowledge a complaint to the client')
  acknowledge(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: AcknowledgeComplaintBody) {
    const { automated = false, channel } = body;
    const by = request.principal.subject;
    return this.change(request, id, body, {
      type: 'AcknowledgeComplaint',
      by,
      automated,
      ...(channel && { channel }),
      ...this.commands.timed(request, body),
    });
  }

  @Changes(':complaintId/send-final-response', 'complaint.sendFinalResponse', 'Send the final response of this cycle')
  sendFinalResponse(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: SendFinalResponseBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, id, body, { type: 'SendFinalResponse', ...stated, ...this.commands.timed(request, body) });
  }

  @Changes(':complaintId/record-acceptance', 'complaint.recordAcceptance', 'Record that the client accepts the response')
  recordAcceptance(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: RecordAcceptanceBody) {
    return this.change(request, id, body, { type: 'RecordAcceptance', ...this.commands.timed(request, body) });
  }

  @Changes(':complaintId/record-dispute', 'complaint.recordDispute', 'Record that the client disputes the response')
  recordDispute(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: RecordDisputeBody) {
    const { reason } = body;
    return this.change(request, id, body, { type: 'RecordDispute', ...(reason && { reason }), ...this.commands.timed(request, body) });
  }

  @Changes(':complaintId/close', 'complaint.close', 'Close an answered complaint')
  close(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: CloseComplaintBody) {
    return this.change(request, id, body, { type: 'CloseComplaint', ...this.commands.timed(request, body) });
  }

  @Changes(':complaintId/reopen', 'complaint.reopen', 'Reopen a closed complaint as its next cycle')
  reopen(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: ReopenComplaintBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, id, body, { type: 'ReopenComplaint', ...stated, ...this.commands.timed(request, body) });
  }

  private change(
    request: CommandRequest,
    complaintId: Uuid,
    body: object,
    command: ComplaintCommand & { at: When },
  ): Promise<CommandResult> {
    return this.commands.perform(new ChangeComplaint(complaintId, command, this.commands.context(request, body, command.at)));
  }
}
