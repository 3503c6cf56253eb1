import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { ChangeContact, type CommandResult } from '#application';
import { type ContactCommand, contactProblems, type LinkTarget } from '#contacts';
import { DomainError, type Uuid, type When } from '#event-sourcing';
import { ContactQuery } from '#read-models';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { ChangeCommand, type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Changes, Creates, Reads, Stated } from '../requests/routes.js';
import { AmendContactBody, LinkContactBody, LogContactBody } from './contact-bodies.js';
import { ContactAnswer } from './contact-views.js';

const refusal = DomainError.of(contactProblems);

@ApiTags('contacts')
@Controller('v1/contacts')
export class ContactsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly reads: ReadDispatcher,
  ) {}

  @Reads(':contactId', 'contact.read', ContactAnswer, 'One contact as it was last amended')
  one(@Caller() principal: Principal, @MinPosition() minPosition: number, @Id('contactId') contactId: Uuid) {
    return this.reads.one({ models: ['timeline'], minPosition }, new ContactQuery(contactId, principal.branchScope));
  }

  @Creates('', 'contact.log', '/v1/contacts', 'Log a contact with a client')
  log(@NewCommand() request: CommandRequest, @Stated() body: LogContactBody) {
    const { complaintId, requestId, ...stated } = body;
    const startedAt = this.commands.whenBy(request, 'startedAt', body.startedAt, body.channel);
    const linkTo = targetOf({ complaintId, requestId });
    const command: ContactCommand = { type: 'LogContact', ...stated, startedAt, now: request.now, ...(linkTo && { linkTo }) };
    return this.change(request, undefined, body, command, startedAt);
  }

  @Changes(':contactId/amend', 'contact.amend', 'Correct what was logged')
  amend(@ChangeCommand() request: CommandRequest, @Id('contactId') contactId: Uuid, @Stated() body: AmendContactBody) {
    const { startedAt, ...stated } = body;
    const amendment = { ...stated, ...(startedAt !== undefined && { startedAt: this.commands.when(startedAt) }) };
    return this.change(request, contactId, body, { type: 'AmendContact', amendment, now: request.now });
  }

  @Changes(':contactId/link', 'contact.link', 'Link a contact to a complaint or a request')
  link(@ChangeCommand() request: CommandRequest, @Id('contactId') contactId: Uuid, @Stated() body: LinkContactBody) {
    const to = targetOf(body);
    if (!to) throw refusal('link-target-unclear');
    return this.change(request, contactId, body, { type: 'LinkContact', to });
  }

  private change(
    request: CommandRequest,
    contactId: Uuid | undefined,
    body: object,
    command: ContactCommand,
    occurred?: When,
  ): Promise<CommandResult> {
    return this.commands.perform(new ChangeContact(contactId, command, this.commands.context(request, body, occurred)));
  }
}

/** What the body links to, where it names something. Throws a DomainError where it names two things. */
function targetOf({ complaintId, requestId }: { complaintId?: string; requestId?: string }): LinkTarget | undefined {
  if (complaintId !== undefined && requestId !== undefined) throw refusal('link-target-unclear', ['/complaintId', '/requestId']);
  if (complaintId !== undefined) return { kind: 'complaint', id: complaintId };
  return requestId === undefined ? undefined : { kind: 'request', id: requestId };
}
