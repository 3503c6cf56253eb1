import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { BackOffice } from '#bridge';
import type { Uuid } from '#event-sourcing';
import { EventStore } from '#event-store';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Reads, Records, Stated } from '../requests/routes.js';
import { ApproveClaimBody, RefuseClaimBody } from './source-bodies.js';
import { ClaimsView } from './claim-views.js';

/** Accounts that somebody has linked to a client although they are not free: another person decides. */
@ApiTags('back office')
@Controller('v1/back-office/claims')
export class ClaimsController {
  constructor(
    private readonly backOffice: BackOffice,
    private readonly commands: CommandDispatcher,
    private readonly store: EventStore,
  ) {}

  @Reads('', 'backOffice.listClaims', ClaimsView, 'Claims on accounts that wait for a decision, newest first')
  async list(@Caller() { branchScope }: Principal, @MinPosition() _minPosition: number): Promise<ClaimsView> {
    const head = await this.store.head(); // before the rows, so that they are at least that fresh
    const asOf = new Date().toISOString();
    return { items: await this.backOffice.claims.list(branchScope), asOfPosition: head.position, asOf };
  }

  @Records(':claimId/approve', 'backOffice.approveClaim', 'Agree as another person that the account is the client’s, or one of theirs')
  approve(@NewCommand() request: CommandRequest, @Id('claimId') claimId: Uuid, @Stated() body: ApproveClaimBody) {
    return this.backOffice.claims.decide(claimId, 'approve', this.commands.context(request, body));
  }

  @Records(':claimId/refuse', 'backOffice.refuseClaim', 'Refuse a claim on an account')
  refuse(@NewCommand() request: CommandRequest, @Id('claimId') claimId: Uuid, @Stated() body: RefuseClaimBody) {
    return this.backOffice.claims.decide(claimId, 'refuse', this.commands.context(request, body));
  }
}
