import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { request, type RequestCommand, requestProblems, requestStream } from '#service-levels';
import type { CommandContext, CommandResult } from './command.js';
import { CommandRunner } from './command-runner.js';
import { change, create } from './transactions.js';

const refusal = DomainError.of(requestProblems);

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
    if (command.type !== 'ReceiveRequest') {
      return change(this.runner, request, requestId!, context, async () => {
        const by =
          command.type === 'StartRequest' ? await this.runner.actorOfLast(requestId!, 'RequestStarted', 'RequestReopened') : undefined;
        // started is not taken over: nothing would say so
        if (by !== undefined && by !== context.principal.subject) throw refusal('request-started-by-another');
        return command;
      });
    }
    const { clientId } = command;
    return create(this.runner, request, requestStream(newId(), clientId), { is: 'client', clientId }, context, command);
  }
}
