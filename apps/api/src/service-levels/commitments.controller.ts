import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeCommitment, type CommandResult } from '#application';
import type { Instant, StaffId, Uuid } from '#event-sourcing';
import { ChangeCommand, type CommandRequest } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Stated } from '../requests/routes.js';
import { ConfirmLateEvidenceBody, DecideExcuseBody, ExtendCommitmentBody, RefuseLateEvidenceBody } from './commitment-bodies.js';

/** What people may do about a commitment: its clock is not theirs to set, and a breach is never deleted. */
@ApiTags('service levels')
@Controller('v1/commitments')
export class CommitmentsController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Changes(':commitmentId/extend', 'commitment.extend', 'Give a promise in calendar days more days, on or before its due date')
  extend(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: ExtendCommitmentBody) {
    const { days, reason } = body;
    return this.change(call, id, body, { type: 'ExtendCommitment', days, reason, ...actor(call) });
  }

  @Changes(':commitmentId/request-excuse', 'commitment.requestExcuse', 'Ask to excuse a breach; it stays a missed promise')
  requestExcuse(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: DecideExcuseBody) {
    const { reason } = body;
    return this.change(call, id, body, { type: 'RequestExcuse', reason, ...actor(call) });
  }

  @Changes(':commitmentId/approve-excuse', 'commitment.approveExcuse', 'Excuse a breach as the second person')
  approveExcuse(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: DecideExcuseBody) {
    const { reason } = body;
    return this.change(call, id, body, { type: 'ApproveExcuse', reason, ...actor(call) });
  }

  @Changes(':commitmentId/refuse-excuse', 'commitment.refuseExcuse', 'Refuse to excuse a breach as the second person')
  refuseExcuse(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: DecideExcuseBody) {
    const { reason } = body;
    return this.change(call, id, body, { type: 'RefuseExcuse', reason, ...actor(call) });
  }

  @Changes(
    ':commitmentId/confirm-late-evidence',
    'commitment.confirmLateEvidence',
    'Confirm, as the second person, what was recorded after the deadline',
  )
  confirmLateEvidence(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: ConfirmLateEvidenceBody) {
    return this.change(call, id, body, { type: 'ConfirmLateEvidence', ...body, ...actor(call) });
  }

  @Changes(
    ':commitmentId/refuse-late-evidence',
    'commitment.refuseLateEvidence',
    'Refuse what was recorded after the deadline; the breach stands',
  )
  refuseLateEvidence(@ChangeCommand() call: CommandRequest, @Id('commitmentId') id: Uuid, @Stated() body: RefuseLateEvidenceBody) {
    return this.change(call, id, body, { type: 'RefuseLateEvidence', ...body, ...actor(call) });
  }

  private change(call: CommandRequest, commitmentId: Uuid, body: object, command: ChangeCommitment['command']): Promise<CommandResult> {
    return this.commands.perform(new ChangeCommitment(commitmentId, command, this.commands.context(call, body)));
  }
}

const actor = ({ principal, now }: CommandRequest): { by: StaffId; now: Instant } => ({ by: principal.subject, now });
