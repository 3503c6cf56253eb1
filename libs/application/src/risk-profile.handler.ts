import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { riskProfile, type RiskProfileCommand, riskProfileStream, type SuitabilityResult } from '#clients';
import type { Uuid } from '#event-sourcing';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { act } from './transactions.js';

/** The result of a check goes with its answer, also with a repeated one. */
export type RiskProfileResult = CommandResult & { suitability?: SuitabilityResult };

export class ChangeRiskProfile extends Command<RiskProfileResult> {
  constructor(
    readonly clientId: Uuid,
    readonly command: RiskProfileCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeRiskProfile)
export class ChangeRiskProfileHandler implements ICommandHandler<ChangeRiskProfile> {
  constructor(private readonly runner: CommandRunner) {}

  async execute({ clientId, command, context }: ChangeRiskProfile): Promise<RiskProfileResult> {
    const stream = riskProfileStream(clientId);
    const result = await act(this.runner, riskProfile, stream, { is: 'openClient', clientId }, context, async (loaded) => {
      if (command.type === 'AcceptSuitabilityWarning' && !loaded?.state.checks.has(command.checkId)) throw new NotFound();
      return command;
    });
    if (command.type !== 'CheckSuitability') return result;
    const recorded = await this.runner.load(riskProfile, stream.id);
    const check = recorded?.state.checks.get(command.checkId);
    return { ...result, ...(check && { suitability: check.result }) };
  }
}
