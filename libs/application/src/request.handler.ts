import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { newId, type Uuid } from '#event-sourcing';
import { request, type RequestCommand, requestStream } from '#service-levels';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';
import { change, create } from './transactions.js';

/** Receives a service request (no id: it gets one), or acts on one. */
export class ChangeRequest extends Command<CommandResult> {
  constructor(
    readonly requestId: Uuid | undefined,
    readonly command: RequestCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeRequest)
export class ChangeRequestHandler implements ICommandHandler<ChangeRequest> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ requestId, command, context }: ChangeRequest): Promise<CommandResult> {
    if (command.type !== 'ReceiveRequest') return change(this.runner, request, requestId!, context, command);
    const { clientId } = command;
    return create(this.runner, request, requestStream(newId(), clientId), { is: 'client', clientId }, context, command);
  }
}
