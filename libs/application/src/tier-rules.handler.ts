import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, type Uuid } from '#event-sourcing';
import { calendar, calendarStream, handbookProblems } from '#service-levels';
import { tierRulebook, type TierRulebookState, type TierRulesCommand, tierRulesStream } from '#tiers';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { branchOf } from './transactions.js';

const refusal = DomainError.of(handbookProblems);

/** Drafts, approves or publishes a version of the tier rules. */
export class ChangeTierRules extends Command<CommandResult> {
  constructor(
    readonly command: TierRulesCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeTierRules)
export class ChangeTierRulesHandler implements ICommandHandler<ChangeTierRules> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ command, context }: ChangeTierRules): Promise<CommandResult> {
    return this.runner.run({ id: tierRulesStream.id, created: false }, context, async () => {
      const loaded = await this.runner.load(tierRulebook, tierRulesStream.id);
      const state = loaded?.state ?? tierRulebook.initial;
      if ('version' in command && !state.versions.has(command.version)) throw new NotFound();
      const guards = command.type === 'PublishTierRules' ? await this.calendarOf(command.version, state) : [];
      const decision = { events: tierRulebook.decide(command, state), branchId: branchOf(context.principal), guards };
      return { stream: tierRulesStream, version: loaded?.version ?? 0, decision };
    });
  }

  /** Rules over trading days are published under a published calendar; it must still be as it was read when this is stored. */
  private async calendarOf(version: string, { versions }: TierRulebookState): Promise<{ stream: Uuid; version: number }[]> {
    const { dayBasis, calendar: name } = versions.get(version)!.rules;
    if (dayBasis !== 'trading' || name === undefined) return [];
    const { id } = calendarStream(name);
    const found = await this.runner.load(calendar, id);
    if (!found || !('calendar' in found.state)) throw refusal('calendar-missing');
    return [{ stream: id, version: found.version }];
  }
}
