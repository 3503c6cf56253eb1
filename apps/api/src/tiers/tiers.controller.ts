import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeTier, type CommandResult } from '#application';
import { derivedId, type Uuid, type When } from '#event-sourcing';
import type { TierCommand } from '#tiers';
import type { AnsweredCommand } from '../requests/command-answer.js';
import { ChangeCommand, type CommandRequest } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Stated } from '../requests/routes.js';
import { ApproveOverrideBody, CorrectInitialTierBody, DecideOverrideBody, InitialiseTierBody, RequestOverrideBody } from './tier-bodies.js';

/** A client's tier has a version of its own, "0" before the first. */
@ApiTags('tiers')
@Controller('v1/clients/:clientId/tier')
export class TiersController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Changes('initialise', 'tier.initialise', 'Give a client their first tier')
  initialise(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: InitialiseTierBody) {
    const { occurredAt, ...stated } = body;
    const command: TierCommand = { type: 'InitialiseTier', ...stated };
    return this.change(request, clientId, body, command, this.commands.occurred(occurredAt, request.now));
  }

  @Changes('correct-initial', 'tier.correctInitial', 'Correct the first tier while nothing rests on it')
  correctInitial(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: CorrectInitialTierBody) {
    const { occurredAt, ...stated } = body;
    const command: TierCommand = { type: 'CorrectInitialTier', ...stated };
    return this.change(request, clientId, body, command, this.commands.occurred(occurredAt, request.now));
  }

  @Changes('request-override', 'tier.requestOverride', 'Ask for another tier than the rule gives')
  async requestOverride(
    @ChangeCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Stated() body: RequestOverrideBody,
  ): Promise<AnsweredCommand> {
    const { occurredAt, validTo = null, ...stated } = body;
    const overrideId = derivedId(request.commandId, 'override'); // a repeat of the request names the same override
    const command: TierCommand = { type: 'RequestOverride', ...stated, validTo, overrideId, requestedBy: request.principal.subject };
    const result = await this.change(request, clientId, body, command, this.commands.occurred(occurredAt, request.now));
    return { ...result, overrideId };
  }

  @Changes('overrides/:overrideId/approve', 'tier.approveOverride', 'Approve an override as the second person')
  approve(
    @ChangeCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Id('overrideId') overrideId: Uuid,
    @Stated() body: ApproveOverrideBody,
  ) {
    const today = this.commands.today(request.now);
    return this.change(request, clientId, body, { type: 'ApproveOverride', overrideId, approvedBy: request.principal.subject, today });
  }

  @Changes('overrides/:overrideId/reject', 'tier.rejectOverride', 'Reject an override as the second person')
  reject(
    @ChangeCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Id('overrideId') overrideId: Uuid,
    @Stated() body: DecideOverrideBody,
  ) {
    return this.change(request, clientId, body, { type: 'RejectOverride', overrideId, rejectedBy: request.principal.subject, ...body });
  }

  @Changes('overrides/:overrideId/revoke', 'tier.revokeOverride', 'End an approved override today')
  revoke(
    @ChangeCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Id('overrideId') overrideId: Uuid,
    @Stated() body: DecideOverrideBody,
  ) {
    const today = this.commands.today(request.now);
    return this.change(request, clientId, body, {
      type: 'RevokeOverride',
      overrideId,
      revokedBy: request.principal.subject,
      today,
      ...body,
    });
  }

  private change(request: CommandRequest, clientId: Uuid, body: object, command: TierCommand, occurred?: When): Promise<CommandResult> {
    return this.commands.perform(new ChangeTier(clientId, command, this.commands.context(request, body, occurred)));
  }
}
