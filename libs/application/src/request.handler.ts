import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { client } from '#clients';
import { newId, type Uuid } from '#event-sourcing';
import { request, type RequestCommand, requestStream } from '#service-levels';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';

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
    const { principal } = context;
    const target = { id: requestId ?? newId(), created: command.type === 'ReceiveRequest' };
    return this.runner.run(target, context, async () => {
      if (command.type === 'ReceiveRequest') {
        const { clientId } = command;
        const owner = await this.runner.originVisible(client, clientId, principal); // closed or not: a former client may ask as well
        const events = request.decide(command, request.initial);
        return { stream: requestStream(target.id, clientId), version: 0, decision: { events, branchId: owner.branchId } };
      }
      const { state, version, branchId, clientId } = await this.runner.loadVisible(request, target.id, principal);
      return { stream: requestStream(target.id, clientId), version, decision: { events: request.decide(command, state), branchId } };
    });
  }
}
