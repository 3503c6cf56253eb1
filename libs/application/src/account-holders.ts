import { type AccountLink, client, clientProblems } from '#clients';
import { DomainError, type Uuid } from '#event-sourcing';
import type { Reservation } from '#event-store';
import type { CommandContext, CommandResult } from './command.js';
import type { CommandRunner } from './command-runner.js';

const refusal = DomainError.of(clientProblems);

/** An account has one owner in the firm; beside the owner, those of a joint account whom a second person has agreed to. */
export const ACCOUNT_OWNER = 'accountOwner';
export const JOINT_OWNER = 'jointOwner';

export const ownerOf = (accountId: string): Reservation => ({ kind: ACCOUNT_OWNER, key: accountId });
export const jointOwnerOf = (accountId: string, clientId: Uuid): Reservation => ({ kind: JOINT_OWNER, key: `${accountId}|${clientId}` });

/** Links an account to a client. `as`: what of an owner is reserved; a disponent holds nothing. Refused where another client holds it. */
export function linkAccount(
  runner: CommandRunner,
  clientId: Uuid,
  link: AccountLink,
  context: CommandContext,
  as: 'owner' | 'jointOwner' = 'owner',
): Promise<CommandResult> {
  const { accountId, role } = link;
  const held = as === 'owner' ? ownerOf(accountId) : jointOwnerOf(accountId, clientId);
  const decide = async () => {
    const loaded = await runner.loadVisible(client, clientId, context.principal);
    const events = client.decide({ type: 'LinkAccount', link }, loaded.state);
    const stream = { id: clientId, kind: client.kind, key: loaded.clientId };
    const decision = { events, branchId: loaded.branchId, ...(role === 'owner' && { reservations: [held] }) };
    return { stream, version: loaded.version, decision };
  };
  return runner.run({ id: clientId, created: false }, context, decide, () => refusal('account-held-by-another', ['/accountId']));
}

/** What the client held of the account is free again; nobody gets it by that. */
export function unlinkAccount(runner: CommandRunner, clientId: Uuid, accountId: string, context: CommandContext): Promise<CommandResult> {
  return runner.run({ id: clientId, created: false }, context, async () => {
    const loaded = await runner.loadVisible(client, clientId, context.principal);
    const events = client.decide({ type: 'UnlinkAccount', accountId }, loaded.state);
    const stream = { id: clientId, kind: client.kind, key: loaded.clientId };
    const releases = [ownerOf(accountId), jointOwnerOf(accountId, clientId)];
    return { stream, version: loaded.version, decision: { events, branchId: loaded.branchId, releases } };
  });
}
