import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#event-sourcing';
import { calendar, calendarStream, commitment, type CommitmentCommand, type CommitmentStreamState } from '#service-levels';
import { type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner } from './command-runner.js';
import { change } from './transactions.js';

type Stated = CommitmentCommand extends infer C ? (C extends CommitmentCommand ? Omit<C, 'zone'> : never) : never;

/** What people do about a commitment; the clock's own events come from the timekeeper. */
export class ChangeCommitment extends Command<CommandResult> {
  constructor(
    readonly commitmentId: Uuid,
    readonly command: Stated,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeCommitment)
export class ChangeCommitmentHandler implements ICommandHandler<ChangeCommitment> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ commitmentId, command, context }: ChangeCommitment): Promise<CommandResult> {
    return change(this.runner, commitment, commitmentId, context, async ({ state }) => {
      if (state.status === 'none') throw new NotFound();
      return command.type === 'ExtendCommitment' ? { ...command, zone: await this.zoneOf(state) } : command;
    });
  }

  /** The due date is a date of its calendar's zone. */
  private async zoneOf({ started }: Extract<CommitmentStreamState, { status: 'started' }>): Promise<string> {
    const found = await this.runner.load(calendar, calendarStream(started.calendar).id);
    if (!found || !('calendar' in found.state)) throw new Error(`calendar ${started.calendar} of a commitment is gone`);
    return found.state.calendar.zone;
  }
}
