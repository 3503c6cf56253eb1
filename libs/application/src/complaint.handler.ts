import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { complaint, type ComplaintCommand, complaintStream } from '#complaints';
import { newId, type Uuid } from '#event-sourcing';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';
import { change, create } from './transactions.js';

/** Registers a complaint (no id: it gets one), or acts on one. */
export class ChangeComplaint extends Command<CommandResult> {
  constructor(
    readonly complaintId: Uuid | undefined,
    readonly command: ComplaintCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeComplaint)
export class ChangeComplaintHandler implements ICommandHandler<ChangeComplaint> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ complaintId, command, context }: ChangeComplaint): Promise<CommandResult> {
    if (command.type !== 'RegisterComplaint') return change(this.runner, complaint, complaintId!, context, command);
    const { clientId } = command;
    return create(this.runner, complaint, complaintStream(newId(), clientId), { is: 'client', clientId }, context, command);
  }
}
