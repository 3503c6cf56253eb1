import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#event-sourcing';
import { tier, type TierCommand, tierStream } from '#tiers';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { act } from './transactions.js';

export class ChangeTier extends Command<CommandResult> {
  constructor(
    readonly clientId: Uuid,
    readonly command: TierCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeTier)
export class ChangeTierHandler implements ICommandHandler<ChangeTier> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ clientId, command, context }: ChangeTier): Promise<CommandResult> {
    return act(this.runner, tier, tierStream(clientId), { is: 'openClient', clientId }, context, async (loaded) => {
      const names = command.type !== 'RequestOverride' && 'overrideId' in command;
      if (names && !loaded?.state.overrides.has(command.overrideId)) throw new NotFound();
      return command;
    });
  }
}
