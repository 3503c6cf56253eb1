import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeClient, type CommandResult } from '#application';
import { BackOffice } from '#bridge';
import type { ClientCommand } from '#clients';
import type { Uuid, When } from '#event-sourcing';
import { invalidRequest } from '../problems/problem.js';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Creates, Stated } from '../requests/routes.js';
import { checkAddresses } from './addresses.js';
import {
  CloseClientBody,
  LinkAccountBody,
  RecordNeedsBody,
  RecordRiskPreferenceBody,
  RegisterClientBody,
  ReopenClientBody,
  UnlinkAccountBody,
  UpdateProfileBody,
} from './client-bodies.js';

@ApiTags('clients')
@Controller('v1/clients')
export class ClientsController {
  constructor(
    private readonly commands: CommandDispatcher,
    private readonly backOffice: BackOffice,
  ) {}

  @Creates('', 'client.register', '/v1/clients', 'Register a client')
  register(@NewCommand() request: CommandRequest, @Stated() body: RegisterClientBody): Promise<CommandResult> {
    const { occurredAt, identity = {}, reachableAt = [], provisional = false, branchId = request.principal.branch, ...stated } = body;
    checkAddresses(reachableAt, '/reachableAt');
    if (branchId === undefined) throw invalidRequest({ pointer: '/branchId', code: 'missing' });
    const command: ClientCommand = { type: 'RegisterClient', ...stated, identity, reachableAt, provisional, branchId };
    const occurred = this.commands.occurred(occurredAt, request.now);
    return this.commands.perform(new ChangeClient(undefined, command, this.commands.context(request, body, occurred)));
  }

  @Changes(':clientId/update-profile', 'client.updateProfile', 'Update the profile; members left out stay as they are')
  updateProfile(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: UpdateProfileBody) {
    const { occurredAt, ...profile } = body;
    return this.change(request, clientId, body, this.commands.occurred(occurredAt, request.now), { type: 'UpdateProfile', profile });
  }

  @Changes(':clientId/record-needs', 'client.recordNeeds', 'Record what the client wants to reach')
  recordNeeds(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: RecordNeedsBody) {
    const { occurredAt, ...needs } = body;
    return this.change(request, clientId, body, this.commands.occurred(occurredAt, request.now), { type: 'RecordNeeds', needs });
  }

  @Changes(':clientId/record-risk-preference', 'client.recordRiskPreference', 'Record the risk preference that the client states')
  recordRiskPreference(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: RecordRiskPreferenceBody) {
    const { occurredAt, riskPreference } = body;
    const command: ClientCommand = { type: 'RecordRiskPreference', riskPreference };
    return this.change(request, clientId, body, this.commands.occurred(occurredAt, request.now), command);
  }

  @Changes(
    ':clientId/link-account',
    'client.linkAccount',
    'Link an account that the client owns or may act on; one that is not free is claimed, and another person decides',
  )
  linkAccount(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: LinkAccountBody) {
    const { occurredAt, opened, ...account } = body;
    const link = { ...account, ...(opened !== undefined && { opened: this.commands.past(opened, request.now, '/opened') }) };
    const occurred = this.commands.occurred(occurredAt, request.now);
    return this.backOffice.claims.link(clientId, link, this.commands.context(request, body, occurred));
  }

  @Changes(':clientId/unlink-account', 'client.unlinkAccount', 'Unlink an account')
  unlinkAccount(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: UnlinkAccountBody) {
    const { occurredAt, accountId } = body;
    return this.change(request, clientId, body, this.commands.occurred(occurredAt, request.now), { type: 'UnlinkAccount', accountId });
  }

  @Changes(':clientId/close', 'client.close', 'Close a client without linked accounts')
  close(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: CloseClientBody) {
    const occurred = this.commands.occurred(body.occurredAt, request.now);
    const command: ClientCommand = { type: 'CloseClient', closedAt: occurred.at, closedBy: request.principal.subject };
    return this.change(request, clientId, body, occurred, command);
  }

  @Changes(':clientId/reopen', 'client.reopen', 'Take back that a client was closed')
  reopen(@ChangeCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: ReopenClientBody) {
    const command: ClientCommand = { type: 'ReopenClient', reopenedBy: request.principal.subject, reason: body.reason };
    return this.change(request, clientId, body, this.commands.occurred(undefined, request.now), command);
  }

  private change(request: CommandRequest, clientId: Uuid, body: object, occurred: When, command: ClientCommand): Promise<CommandResult> {
    return this.commands.perform(new ChangeClient(clientId, command, this.commands.context(request, body, occurred)));
  }
}
