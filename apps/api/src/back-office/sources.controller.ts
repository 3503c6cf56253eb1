import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AuthorityOver } from '#back-office';
import { BackOffice } from '#bridge';
import type { Uuid } from '#event-sourcing';
import { EventStore } from '#event-store';
import { type FieldError, invalidRequest } from '../problems/problem.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { type CommandRequest, MinPosition, NewCommand } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Reads, Records, Stated } from '../requests/routes.js';
import {
  ApproveAuthorityBody,
  ApproveSourceBody,
  NameAuthorityBody,
  RefuseAuthorityBody,
  RefuseSourceBody,
  RegisterSourceBody,
} from './source-bodies.js';
import { AuthoritiesView, SourcesView } from './source-views.js';

/** Who may speak for which source of the back office, and which source counts: each requested by one person, and approved by another. */
@ApiTags('back office')
@Controller('v1/back-office')
export class SourcesController {
  constructor(
    private readonly backOffice: BackOffice,
    private readonly commands: CommandDispatcher,
    private readonly store: EventStore,
  ) {}

  @Reads('sources', 'backOffice.listSources', SourcesView, 'Every source of the back office')
  sources(@MinPosition() _minPosition: number): Promise<SourcesView> {
    return this.listed(() => this.backOffice.sources.list());
  }

  @Records('sources', 'backOffice.registerSource', 'Request that a source is registered, or changed')
  register(@NewCommand() request: CommandRequest, @Stated() body: RegisterSourceBody) {
    const { source, branches, ...terms } = body;
    return this.backOffice.sources.request(source, { ...terms, ...(branches && { branches }) }, this.commands.context(request, body));
  }

  @Records('sources/:sourceId/approve', 'backOffice.approveSource', 'Approve the registration of a source as another person')
  approve(@NewCommand() request: CommandRequest, @Id('sourceId') sourceId: Uuid, @Stated() body: ApproveSourceBody) {
    return this.backOffice.sources.decide(sourceId, 'approve', this.commands.context(request, body));
  }

  @Records('sources/:sourceId/refuse', 'backOffice.refuseSource', 'Refuse the registration of a source')
  refuse(@NewCommand() request: CommandRequest, @Id('sourceId') sourceId: Uuid, @Stated() body: RefuseSourceBody) {
    return this.backOffice.sources.decide(sourceId, 'refuse', this.commands.context(request, body));
  }

  @Reads('authorities', 'backOffice.listAuthorities', AuthoritiesView, 'Which sources persons have named to count')
  authorities(@MinPosition() _minPosition: number): Promise<AuthoritiesView> {
    return this.listed(() => this.backOffice.authorities.list());
  }

  @Records('authorities', 'backOffice.requestAuthority', 'Request that another source counts for a kind of fact of an account')
  name(@NewCommand() request: CommandRequest, @Stated() body: NameAuthorityBody) {
    return this.backOffice.authorities.request(overOf(body), body.source, this.commands.context(request, body));
  }

  @Records('authorities/:authorityId/approve', 'backOffice.approveAuthority', 'Approve as another person which source counts')
  approveAuthority(@NewCommand() request: CommandRequest, @Id('authorityId') id: Uuid, @Stated() body: ApproveAuthorityBody) {
    return this.backOffice.authorities.decide(id, 'approve', this.commands.context(request, body));
  }

  @Records('authorities/:authorityId/refuse', 'backOffice.refuseAuthority', 'Refuse that another source counts')
  refuseAuthority(@NewCommand() request: CommandRequest, @Id('authorityId') id: Uuid, @Stated() body: RefuseAuthorityBody) {
    return this.backOffice.authorities.decide(id, 'refuse', this.commands.context(request, body));
  }

  private async listed<T>(list: () => Promise<T[]>): Promise<{ items: T[]; asOfPosition: number; asOf: string }> {
    const head = await this.store.head(); // before the rows, so that they are at least that fresh
    const asOf = new Date().toISOString();
    return { items: await list(), asOfPosition: head.position, asOf };
  }
}

/** Throws Problem where it names neither an account nor a pair, or what the kind does not have. */
function overOf({ kind, accountId, currency, base }: NameAuthorityBody): AuthorityOver {
  const needed = kind === 'rates' ? { currency, base } : { accountId };
  const others = kind === 'rates' ? { accountId } : { currency, base };
  const errors: FieldError[] = [
    ...Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [{ pointer: `/${name}`, code: 'missing' as const }] : [])),
    ...Object.entries(others).flatMap(([name, value]) =>
      value === undefined ? [] : [{ pointer: `/${name}`, code: 'unknown-member' as const }],
    ),
  ];
  if (errors.length > 0) throw invalidRequest(...errors);
  return kind === 'rates' ? { kind, currency: currency!, base: base! } : { kind, accountId: accountId! };
}
