import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { client } from '#clients';
import { complaint, type ComplaintCommand, complaintStream } from '#complaints';
import { newId, type Uuid } from '#event-sourcing';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';

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
    const { principal } = context;
    const target = { id: complaintId ?? newId(), created: command.type === 'RegisterComplaint' };
    return this.runner.run(target, context, async () => {
      if (command.type === 'RegisterComplaint') {
        const { clientId } = command;
        const owner = await this.runner.loadVisible(client, clientId, principal); // closed or not: a former client may complain
        const events = complaint.decide(command, complaint.initial);
        return { stream: complaintStream(target.id, clientId), version: 0, decision: { events, branchId: owner.branchId } };
      }
      const { state, version, branchId, clientId } = await this.runner.loadVisible(complaint, target.id, principal);
      return { stream: complaintStream(target.id, clientId), version, decision: { events: complaint.decide(command, state), branchId } };
    });
  }
}
