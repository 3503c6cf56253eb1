import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type AssignmentCommand,
  assignmentProblems,
  assignments,
  assignmentsStream,
  client,
  type ClientCommand,
  clientProblems,
  type ClientState,
  clientStream,
  type OpenItem,
} from '#clients';
import { complaint } from '#complaints';
import { followUp } from '#contacts';
import { type Decider, DomainError, type DomainEvent, newId, type Uuid } from '#event-sourcing';
import { applicationProblems, type CommandContext, type CommandResult, NotFound, type Principal } from './command.js';
import { CommandRunner, type Loaded, maySee } from './command-runner.js';

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
    const { principal } = context;
    const target = { id: clientId ?? newId(), created: command.type === 'RegisterClient' };
    const stream = clientStream(target.id);
    const decide = async () => {
      if (command.type === 'RegisterClient') {
        if (!maySee(principal, command.branchId)) throw refusal('branch-not-yours', ['/branchId']);
        const events = client.decide(command, client.initial);
        const reservations = [{ kind: CLIENT_NUMBER, key: command.clientNo }];
        return { stream, version: 0, decision: { events, branchId: command.branchId, reservations } };
      }
      const { state, version, branchId } = await this.runner.loadVisible(client, target.id, principal);
      return { stream, version, decision: { events: client.decide(command, state), branchId } };
    };
    return this.runner.run(target, context, decide, () => refusal('client-number-taken', ['/clientNo']));
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
    return runOnSatellite(this.runner, assignments, assignmentsStream(clientId), clientId, complete, context);
  }

  private async check(item: OpenItem, index: number, clientId: Uuid, principal: Principal): Promise<void> {
    const { runner } = this;
    const found = item.kind === 'complaint' ? await runner.load(complaint, item.id) : await runner.load(followUp, item.id);
    if (found?.clientId !== clientId || !maySee(principal, found.branchId)) throw refusal('open-item-unknown', [`/openItems/${index}`]);
  }
}

/** Acts on a stream that belongs to an open client: its assignments, its tier. The client must still be as it was read. */
export function runOnSatellite<State, C, E extends DomainEvent>(
  runner: CommandRunner,
  decider: Decider<State, C, E>,
  stream: { id: Uuid; kind: string; key: Uuid },
  clientId: Uuid,
  command: () => Promise<C>,
  context: CommandContext,
): Promise<CommandResult> {
  return runner.run({ id: clientId, created: false }, context, async () => {
    const [owner, satellite] = await Promise.all([openClient(runner, clientId, context.principal), runner.load(decider, stream.id)]);
    const events = decider.decide(await command(), satellite?.state ?? decider.initial);
    const guards = [{ stream: clientId, version: owner.version }];
    return { stream, version: satellite?.version ?? 0, decision: { events, branchId: owner.branchId, guards } };
  });
}

/** A client that the caller may see and that is not closed. */
export async function openClient(runner: CommandRunner, clientId: Uuid, principal: Principal): Promise<Loaded<ClientState>> {
  const loaded = await runner.loadVisible(client, clientId, principal);
  if (loaded.state.status === 'unregistered') throw new NotFound();
  if (loaded.state.status === 'closed') throw refusal('client-closed');
  return loaded;
}
