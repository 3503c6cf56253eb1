import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { ChangeTierRules, type CommandResult } from '#application';
import { TierRulesListQuery, TierRulesQuery } from '#read-models';
import { checkTierRules, type TierRulesCommand } from '#tiers';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { ChangeCommand, type CommandRequest, MinPosition } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Caller } from '../requests/request-context.js';
import { Changes, Reads, Stated } from '../requests/routes.js';
import { DocumentBody, RuleVersion, sound } from '../service-levels/rule-documents.js';
import { ApproveTierRulesBody, PublishTierRulesBody } from './tier-rules-bodies.js';
import { TierRulesAnswer, TierRulesListView } from './tier-rules-views.js';

/** The rules by which clients have their tier. All versions together have one version for If-Match, "0" before the first draft. */
@ApiTags('tiers')
@Controller('v1/tier-rules')
export class TierRulesController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Reads('', 'tierRules.list', TierRulesListView, 'Every version of the tier rules, the latest act first')
  list(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number) {
    return this.reads.one({ models: ['tierRules'], minPosition }, new TierRulesListQuery(branchScope));
  }

  @Reads(':ruleVersion', 'tierRules.read', TierRulesAnswer, 'One version with its rules')
  one(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number, @RuleVersion() ruleVersion: string) {
    return this.reads.one({ models: ['tierRules'], minPosition }, new TierRulesQuery(ruleVersion, branchScope));
  }

  @Changes('', 'tierRules.draft', 'Draft a version of the tier rules, or replace its draft')
  draft(@ChangeCommand() request: CommandRequest, @DocumentBody('Tier rules: ladder, thresholds, window, grace') body: object) {
    const { rules } = sound(checkTierRules(body));
    return this.change(request, body, { type: 'DraftTierRules', rules, draftedBy: request.principal.subject });
  }

  @Changes(':ruleVersion/approve', 'tierRules.approve', 'Approve a draft as another person')
  approve(@ChangeCommand() request: CommandRequest, @RuleVersion() version: string, @Stated() body: ApproveTierRulesBody) {
    return this.change(request, body, { type: 'ApproveTierRules', version, approvedBy: request.principal.subject });
  }

  @Changes(':ruleVersion/publish', 'tierRules.publish', 'Publish an approved version from a day on')
  publish(@ChangeCommand() request: CommandRequest, @RuleVersion() version: string, @Stated() body: PublishTierRulesBody) {
    return this.change(request, body, { type: 'PublishTierRules', version, ...body, publishedBy: request.principal.subject });
  }

  private change(request: CommandRequest, body: object, command: TierRulesCommand): Promise<CommandResult> {
    return this.commands.perform(new ChangeTierRules(command, this.commands.context(request, body)));
  }
}
