import { client, clientProblems, type ClientState } from '#clients';
import { type Decider, DomainError, type DomainEvent, HEAD_OFFICE, type StreamRef, type Uuid } from '#event-sourcing';
import { ALL_BRANCHES, type CommandContext, type CommandResult, NotFound, type Principal } from './command.js';
import type { CommandRunner, Decision, Loaded } from './command-runner.js';

const refusal = DomainError.of(clientProblems);

/** To whom an aggregate belongs: who may touch it, in which branch, and what must still hold when the decision is stored. */
export type Owner =
  /** A client whom the caller may see, closed or not: a former one may call, ask and complain as well. */
  | { is: 'client'; clientId: Uuid }
  /** One that is not closed, and still is as it was read. */
  | { is: 'openClient'; clientId: Uuid }
  /** Nobody's: it belongs to the branch of who acts, or to the head office. */
  | { is: 'firm' };

/** A command, or what makes it from the aggregate as it stands, where it rests on more than the caller states. */
export type Stated<State, Command> = Command | ((loaded: Loaded<State> | undefined) => Promise<Command>);

/** Acts on an aggregate that the caller may see; missing and hidden look alike. */
export function change<State, Command extends object, E extends DomainEvent>(
  runner: CommandRunner,
  decider: Decider<State, Command, E>,
  id: Uuid,
  context: CommandContext,
  stated: Command | ((loaded: Loaded<State>) => Promise<Command>),
): Promise<CommandResult> {
  return runner.run({ id, created: false }, context, async () => {
    const loaded = await runner.loadVisible(decider, id, context.principal);
    const { state, version, branchId, clientId } = loaded;
    const command = typeof stated === 'function' ? await stated(loaded) : stated;
    const stream = { id, kind: decider.kind, key: clientId };
    return { stream, version, decision: { events: decider.decide(command, state), branchId } };
  });
}

/** Makes a new aggregate in a stream that its caller chose. */
export function create<State, Command extends object, E extends DomainEvent>(
  runner: CommandRunner,
  decider: Decider<State, Command, E>,
  stream: StreamRef,
  owner: Owner,
  context: CommandContext,
  stated: Command | (() => Promise<Command>),
): Promise<CommandResult> {
  return runner.run({ id: stream.id, created: true }, context, async () => {
    const decision = await belonging(runner, owner, context.principal);
    const command = typeof stated === 'function' ? await stated() : stated;
    return { stream, version: 0, decision: { ...decision, events: decider.decide(command, decider.initial) } };
  });
}

/** Acts on a stream that need not be there yet: of a client its assignments or its tier, of the firm its handbook. `target`: what its routes name. */
export function act<State, Command extends object, E extends DomainEvent>(
  runner: CommandRunner,
  decider: Decider<State, Command, E>,
  stream: StreamRef,
  owner: Owner,
  context: CommandContext,
  stated: Stated<State, Command>,
  target = { id: owner.is === 'firm' ? stream.id : owner.clientId, created: false },
): Promise<CommandResult> {
  return runner.run(target, context, async () => {
    const [decision, loaded] = await Promise.all([belonging(runner, owner, context.principal), runner.load(decider, stream.id)]);
    const command = typeof stated === 'function' ? await stated(loaded) : stated;
    const events = decider.decide(command, loaded?.state ?? decider.initial);
    return { stream, version: loaded?.version ?? 0, decision: { ...decision, events } };
  });
}

async function belonging(runner: CommandRunner, owner: Owner, principal: Principal): Promise<Omit<Decision, 'events'>> {
  switch (owner.is) {
    case 'client': {
      const { branchId } = await runner.originVisible(client, owner.clientId, principal);
      return { branchId };
    }
    case 'openClient': {
      const { branchId, version } = await openClient(runner, owner.clientId, principal);
      return { branchId, guards: [{ stream: owner.clientId, version }] };
    }
    case 'firm':
      return { branchId: branchOf(principal) };
  }
}

/** A client that the caller may see and that is not closed. */
export async function openClient(runner: CommandRunner, clientId: Uuid, principal: Principal): Promise<Loaded<ClientState>> {
  const loaded = await runner.loadVisible(client, clientId, principal);
  if (loaded.state.status === 'unregistered') throw new NotFound();
  if (loaded.state.status === 'closed') throw refusal('client-closed');
  return loaded;
}

/** What concerns no client belongs to the branch of who did it, or to the head office. */
export const branchOf = ({ branchScope }: Principal): string => (branchScope === ALL_BRANCHES ? HEAD_OFFICE : branchScope);
