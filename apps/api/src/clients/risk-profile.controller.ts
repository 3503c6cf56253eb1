import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { ChangeRiskProfile, type RiskProfileResult } from '#application';
import type { RiskProfileCommand } from '#clients';
import { derivedId, type Uuid, type When } from '#event-sourcing';
import { RiskProfileQuery } from '#read-models';
import { localDateOf } from '../fields/index.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import type { AnsweredCommand } from '../requests/command-answer.js';
import { ChangeCommand, type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Changes, Reads, Records, Stated } from '../requests/routes.js';
import { AcceptWarningBody, CheckSuitabilityBody, RecordAssessmentBody } from './risk-profile-bodies.js';
import { RiskProfileAnswer } from './risk-profile-views.js';

/** A client's risk profile has a version of its own, "0" before the first assessment or check. */
@ApiTags('risk profiles')
@Controller('v1/clients/:clientId/risk-profile')
export class RiskProfileController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Reads('', 'riskProfile.read', RiskProfileAnswer, 'The risk profile as it is today, and until when it is valid')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('clientId') clientId: Uuid) {
    const today = localDateOf(new Date().toISOString(), this.reads.zone);
    const query = new RiskProfileQuery(clientId, principal.branchScope, today);
    return this.reads.one({ models: ['riskProfiles', 'clientFiles'], minPosition, clientId }, query);
  }

  @Changes('record-assessment', 'riskProfile.recordAssessment', 'Record what an assessment found')
  record(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: RecordAssessmentBody) {
    const today = this.commands.today(request.now);
    const { occurredAt, assessedOn = today, lowestClass = false, source = 'desk', ...stated } = body;
    const command: RiskProfileCommand = { type: 'RecordRiskAssessment', ...stated, assessedOn, lowestClass, source, today };
    return this.change(request, clientId, body, command, this.commands.occurred(occurredAt, request.now));
  }

  @Records('check-suitability', 'riskProfile.checkSuitability', 'Check a product against the profile, and record what was found')
  async check(
    @NewCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Stated() body: CheckSuitabilityBody,
  ): Promise<AnsweredCommand> {
    const checkId = derivedId(request.commandId, 'suitability-check'); // a repeat of the request names the same check
    const command: RiskProfileCommand = { type: 'CheckSuitability', ...body, checkId, today: this.commands.today(request.now) };
    return { ...(await this.change(request, clientId, body, command)), checkId };
  }

  @Changes('checks/:checkId/accept-warning', 'riskProfile.acceptWarning', 'Record that a client accepts a warning on their own initiative')
  accept(
    @ChangeCommand() request: CommandRequest,
    @Id('clientId') clientId: Uuid,
    @Id('checkId') checkId: Uuid,
    @Stated() body: AcceptWarningBody,
  ) {
    const today = this.commands.today(request.now);
    return this.change(request, clientId, body, { type: 'AcceptSuitabilityWarning', checkId, ...body, today });
  }

  private change(
    request: CommandRequest,
    clientId: Uuid,
    body: object,
    command: RiskProfileCommand,
    occurred?: When,
  ): Promise<RiskProfileResult> {
    return this.commands.perform(new ChangeRiskProfile(clientId, command, this.commands.context(request, body, occurred)));
  }
}
