import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
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
import type { CommandContext, CommandResult, Principal } from './command.js';
import { CommandRunner } from './command-runner.js';
import { change, create } from './transactions.js';

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
    if (command.type === 'LogContact') {
      const { clientId, linkTo } = command;
      const linked = async (): Promise<ContactCommand> => {
        if (linkTo) await this.checkLink(linkTo, clientId, principal);
        return command;
      };
      return create(this.runner, contact, contactStream(newId(), clientId), { is: 'client', clientId }, context, linked);
    }
    if (command.type !== 'LinkContact') return change(this.runner, contact, contactId!, context, command);
    return change(this.runner, contact, contactId!, context, async ({ clientId }) => {
      await this.checkLink(command.to, clientId, principal);
      return command;
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
    if (command.type !== 'ScheduleFollowUp') {
      return change(this.runner, followUp, followUpId!, context, async ({ begunAt }) => ({ ...command, scheduledAt: begunAt }));
    }
    const { clientId, contactId } = command;
    const checked = async (): Promise<FollowUpCommand> => {
      if (contactId) await this.checkContact(contactId, clientId, context.principal);
      return command;
    };
    return create(this.runner, followUp, followUpStream(newId(), clientId), { is: 'openClient', clientId }, context, checked);
  }

  private async checkContact(contactId: Uuid, clientId: Uuid, principal: Principal): Promise<void> {
    const found = await this.runner.originVisible(contact, contactId, principal);
    if (found.clientId !== clientId) throw refusal('linked-client-differs', ['/contactId']);
  }
}
