import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeComplaint, type CommandResult } from '#application';
import type { ComplaintCommand } from '#complaints';
import type { Instant, Uuid, When } from '#event-sourcing';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDesk } from '../requests/command-desk.js';
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

type Timed = { at: When; now: Instant };

@ApiTags('complaints')
@Controller('v1/complaints')
export class ComplaintsController {
  constructor(private readonly desk: CommandDesk) {}

  @Creates('', 'complaint.register', '/v1/complaints', 'Register a complaint')
  register(@NewCommand() request: CommandRequest, @Stated() body: RegisterComplaintBody): Promise<CommandResult> {
    const { forwarding, staffInvolved = [], ...stated } = body;
    const receivedAt = this.desk.when(body.receivedAt);
    const forwarded = forwarding && { forwarding: { ...forwarding, forwardedAt: this.desk.when(forwarding.forwardedAt) } };
    const command: ComplaintCommand = { type: 'RegisterComplaint', ...stated, staffInvolved, receivedAt, now: request.now, ...forwarded };
    return this.desk.perform(request, body, receivedAt, (context) => new ChangeComplaint(undefined, command, context));
  }

  @Changes(':complaintId/acknowledge', 'complaint.acknowledge', 'Acknowledge a complaint to the client')
  acknowledge(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: AcknowledgeComplaintBody) {
    const { automated = false, channel } = body;
    const by = request.principal.subject;
    return this.change(request, id, body, (timed) => ({
      type: 'AcknowledgeComplaint',
      by,
      automated,
      ...(channel && { channel }),
      ...timed,
    }));
  }

  @Changes(':complaintId/send-final-response', 'complaint.sendFinalResponse', 'Send the final response of this cycle')
  sendFinalResponse(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: SendFinalResponseBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, id, body, (timed) => ({ type: 'SendFinalResponse', ...stated, ...timed }));
  }

  @Changes(':complaintId/record-acceptance', 'complaint.recordAcceptance', 'Record that the client accepts the response')
  recordAcceptance(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: RecordAcceptanceBody) {
    return this.change(request, id, body, (timed) => ({ type: 'RecordAcceptance', ...timed }));
  }

  @Changes(':complaintId/record-dispute', 'complaint.recordDispute', 'Record that the client disputes the response')
  recordDispute(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: RecordDisputeBody) {
    const { reason } = body;
    return this.change(request, id, body, (timed) => ({ type: 'RecordDispute', ...(reason && { reason }), ...timed }));
  }

  @Changes(':complaintId/close', 'complaint.close', 'Close an answered complaint')
  close(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: CloseComplaintBody) {
    return this.change(request, id, body, (timed) => ({ type: 'CloseComplaint', ...timed }));
  }

  @Changes(':complaintId/reopen', 'complaint.reopen', 'Reopen a closed complaint as its next cycle')
  reopen(@ChangeCommand() request: CommandRequest, @Id('complaintId') id: Uuid, @Stated() body: ReopenComplaintBody) {
    const { occurredAt: _at, ...stated } = body;
    return this.change(request, id, body, (timed) => ({ type: 'ReopenComplaint', ...stated, ...timed }));
  }

  private change(
    request: CommandRequest,
    complaintId: Uuid,
    body: { occurredAt?: string },
    commandAt: (timed: Timed) => ComplaintCommand,
  ): Promise<CommandResult> {
    const { now } = request;
    const at = this.desk.occurred(body.occurredAt, now);
    return this.desk.perform(request, body, at, (context) => new ChangeComplaint(complaintId, commandAt({ at, now }), context));
  }
}
