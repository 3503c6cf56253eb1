import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { client } from '#clients';
import { complaint } from '#complaints';
import {
  contact,
  type ContactCommand,
  contactProblems,
  contactStream,
  followUp,
  type FollowUpCommand,
  followUpStream,
  type LinkTarget,
} from '#contacts';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { request } from '#service-levels';
import { openClient } from './client.handler.js';
import type { CommandContext, CommandResult, Principal } from './command.js';
import { CommandRunner } from './command-runner.js';

const refusal = DomainError.of(contactProblems);

/** Logs a contact (no id: it gets one), or acts on one. */
export class ChangeContact extends Command<CommandResult> {
  constructor(
    readonly contactId: Uuid | undefined,
    readonly command: ContactCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeContact)
export class ChangeContactHandler implements ICommandHandler<ChangeContact> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ contactId, command, context }: ChangeContact): Promise<CommandResult> {
    const { principal } = context;
    const target = { id: contactId ?? newId(), created: command.type === 'LogContact' };
    return this.runner.run(target, context, async () => {
      if (command.type === 'LogContact') {
        // a former client may call as well, so a closed one is no obstacle
        const owner = await this.runner.originVisible(client, command.clientId, principal);
        if (command.linkTo) await this.checkLink(command.linkTo, command.clientId, principal);
        const events = contact.decide(command, contact.initial);
        return { stream: contactStream(target.id, command.clientId), version: 0, decision: { events, branchId: owner.branchId } };
      }
      const { state, version, branchId, clientId } = await this.runner.loadVisible(contact, target.id, principal);
      if (command.type === 'LinkContact') await this.checkLink(command.to, clientId, principal);
      return { stream: contactStream(target.id, clientId), version, decision: { events: contact.decide(command, state), branchId } };
    });
  }

  private async checkLink(to: LinkTarget, clientId: Uuid, principal: Principal): Promise<void> {
    const linked = await this.loadLinked(to, principal);
    if (linked.clientId !== clientId) throw refusal('linked-client-differs', [`/${to.kind}Id`]);
  }

  private loadLinked({ kind, id }: LinkTarget, principal: Principal): Promise<{ clientId: Uuid }> {
    switch (kind) {
      case 'complaint':
        return this.runner.originVisible(complaint, id, principal);
      case 'request':
        return this.runner.originVisible(request, id, principal);
    }
  }
}

/** Schedules a follow-up (no id: it gets one), or completes one. */
export class ChangeFollowUp extends Command<CommandResult> {
  constructor(
    readonly followUpId: Uuid | undefined,
    readonly command: FollowUpCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeFollowUp)
export class ChangeFollowUpHandler implements ICommandHandler<ChangeFollowUp> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ followUpId, command, context }: ChangeFollowUp): Promise<CommandResult> {
    const { principal } = context;
    const target = { id: followUpId ?? newId(), created: command.type === 'ScheduleFollowUp' };
    return this.runner.run(target, context, async () => {
      if (command.type === 'ScheduleFollowUp') {
        const owner = await openClient(this.runner, command.clientId, principal);
        if (command.contactId) await this.checkContact(command.contactId, command.clientId, principal);
        const events = followUp.decide(command, followUp.initial);
        const guards = [{ stream: command.clientId, version: owner.version }];
        return { stream: followUpStream(target.id, command.clientId), version: 0, decision: { events, branchId: owner.branchId, guards } };
      }
      const { state, version, branchId, clientId } = await this.runner.loadVisible(followUp, target.id, principal);
      return { stream: followUpStream(target.id, clientId), version, decision: { events: followUp.decide(command, state), branchId } };
    });
  }

  private async checkContact(contactId: Uuid, clientId: Uuid, principal: Principal): Promise<void> {
    const found = await this.runner.originVisible(contact, contactId, principal);
    if (found.clientId !== clientId) throw refusal('linked-client-differs', ['/contactId']);
  }
}
