import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type AssignmentCommand,
  assignmentProblems,
  assignments,
  assignmentsStream,
  client,
  type ClientCommand,
  clientProblems,
  clientStream,
  type OpenItem,
} from '#clients';
import { complaint } from '#complaints';
import { followUp } from '#contacts';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { linkAccount, unlinkAccount } from './account-holders.js';
import { applicationProblems, type CommandContext, type CommandResult, type Principal } from './command.js';
import { CommandRunner, maySee } from './command-runner.js';
import { act, change } from './transactions.js';

const refusal = DomainError.of({ ...clientProblems, ...assignmentProblems, ...applicationProblems });

/** A client number is unique in the firm. */
export const CLIENT_NUMBER = 'clientNo';

/** Registers a client, or acts on one. Registration takes no id: it gets one. */
export class ChangeClient extends Command<CommandResult> {
  constructor(
    readonly clientId: Uuid | undefined,
    readonly command: ClientCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeClient)
export class ChangeClientHandler implements ICommandHandler<ChangeClient> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ clientId, command, context }: ChangeClient): Promise<CommandResult> {
    if (command.type === 'UnlinkAccount') return unlinkAccount(this.runner, clientId!, command.accountId, context);
    if (command.type === 'LinkAccount') return linkAccount(this.runner, clientId!, command.link, context);
    if (command.type !== 'RegisterClient') {
      return change(this.runner, client, clientId!, context, async ({ begunAt }) =>
        command.type === 'CloseClient' ? { ...command, registeredAt: begunAt } : command,
      );
    }
    const { branchId, clientNo } = command;
    const stream = clientStream(newId());
    const register = async () => {
      if (!maySee(context.principal, branchId)) throw refusal('branch-not-yours', ['/branchId']);
      const reservations = [{ kind: CLIENT_NUMBER, key: clientNo }];
      return { stream, version: 0, decision: { events: client.decide(command, client.initial), branchId, reservations } };
    };
    const target = { id: stream.id, created: true };
    return this.runner.run(target, context, register, () => refusal('client-number-taken', ['/clientNo']));
  }
}

export class ChangeAssignments extends Command<CommandResult> {
  constructor(
    readonly clientId: Uuid,
    readonly command: AssignmentCommand,
    readonly context: CommandContext,
    /** Of a hand-over that names no items: what is open, asked for when it is decided and not when it is repeated. */
    readonly openItems?: () => Promise<readonly OpenItem[]>,
  ) {
    super();
  }
}

@CommandHandler(ChangeAssignments)
export class ChangeAssignmentsHandler implements ICommandHandler<ChangeAssignments> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ clientId, command, context, openItems }: ChangeAssignments): Promise<CommandResult> {
    const complete = async (): Promise<AssignmentCommand> => {
      if (command.type !== 'HandOver') return command;
      if (openItems) return { ...command, openItems: await openItems() };
      for (const [i, item] of command.openItems.entries()) await this.check(item, i, clientId, context.principal);
      return command;
    };
    return act(this.runner, assignments, assignmentsStream(clientId), { is: 'openClient', clientId }, context, complete);
  }

  private async check(item: OpenItem, index: number, clientId: Uuid, principal: Principal): Promise<void> {
    const { runner } = this;
    const found = item.kind === 'complaint' ? await runner.load(complaint, item.id) : await runner.load(followUp, item.id);
    if (found?.clientId !== clientId || !maySee(principal, found.branchId)) throw refusal('open-item-unknown', [`/openItems/${index}`]);
  }
}
