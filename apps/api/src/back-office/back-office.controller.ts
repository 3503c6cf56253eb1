import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext, CommandResult } from '#application';
import { BackOffice, giveUpGap, standard } from '#bridge';
import type { Uuid } from '#event-sourcing';
import { RequestHasher } from '#privacy';
import { type CommandRequest, NewCommand } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Delivers, Records, Stated } from '../requests/routes.js';
import {
  CloseBreakBody,
  DeliverMessagesBody,
  ExplainBreakBody,
  GiveUpGapBody,
  GiveUpParkedBody,
  ResolveConflictBody,
  RetryParkedBody,
} from './back-office-bodies.js';
import { DeliveredMessagesView } from './back-office-views.js';

const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$/;

/** What the trading back office says, and what persons decide where it does not add up. */
@ApiTags('back office')
@Controller('v1/back-office')
export class BackOfficeController {
  constructor(
    private readonly backOffice: BackOffice,
    private readonly hasher: RequestHasher,
  ) {}

  @Delivers('messages', 'backOffice.deliver', DeliveredMessagesView, 'Deliver messages of a source')
  async deliver(
    @NewCommand() request: CommandRequest,
    @Stated() body: DeliverMessagesBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveredMessagesView> {
    const raws = body.messages.map((message) => Buffer.from(JSON.stringify(message)));
    const { subject } = request.principal;
    const source = SOURCE.test(subject) ? subject : 'unknown';
    const delivery = { channel: 'http', deliveryId: request.commandId, adapter: standard, source, speaker: subject } as const;
    const { replayed, deliveryId, messages } = await this.backOffice.deliveries.take(raws, this.hasher.hash(body), delivery);
    if (replayed) void reply.header('Idempotency-Replayed', 'true');
    return { deliveryId, messages: [...messages] };
  }

  @Records('conflicts/:conflictId/resolve', 'backOffice.resolveConflict', 'Decide which of two contents under one key holds')
  resolve(@NewCommand() request: CommandRequest, @Id('conflictId') conflictId: Uuid, @Stated() body: ResolveConflictBody) {
    return this.backOffice.decisions.resolveConflict(conflictId, body.decision, this.context(request, body));
  }

  @Records('parked/:messageId/retry', 'backOffice.retryParked', 'Try a parked message again')
  retry(@NewCommand() request: CommandRequest, @Id('messageId') messageId: Uuid, @Stated() body: RetryParkedBody) {
    return this.backOffice.decisions.retry(messageId, this.context(request, body));
  }

  @Records('parked/:messageId/give-up', 'backOffice.giveUpParked', 'Say that a parked message will never count')
  giveUp(@NewCommand() request: CommandRequest, @Id('messageId') messageId: Uuid, @Stated() body: GiveUpParkedBody) {
    return this.backOffice.decisions.giveUp(messageId, this.context(request, body));
  }

  @Records('gaps/:gapId/give-up', 'backOffice.giveUpGap', 'Say that what is missing up to the end of a gap will never come')
  giveUpGap(@NewCommand() request: CommandRequest, @Id('gapId') gapId: Uuid, @Stated() body: GiveUpGapBody): Promise<CommandResult> {
    return giveUpGap(this.backOffice.inbox, this.backOffice.runner, gapId, this.context(request, body));
  }

  @Records('breaks/:breakId/explain', 'backOffice.explainBreak', 'Explain a break by a code and a reference')
  explain(@NewCommand() request: CommandRequest, @Id('breakId') breakId: Uuid, @Stated() body: ExplainBreakBody) {
    return this.backOffice.reconciler.explain(breakId, body.explanation, body.reference, this.context(request, body));
  }

  @Records('breaks/:breakId/close', 'backOffice.closeBreak', 'Close an explained break')
  close(@NewCommand() request: CommandRequest, @Id('breakId') breakId: Uuid, @Stated() body: CloseBreakBody) {
    return this.backOffice.reconciler.close(breakId, this.context(request, body));
  }

  private context(request: CommandRequest, body: object): CommandContext {
    return { ...request, requestHash: this.hasher.hash(body), keepOutcome: 'sevenDays' };
  }
}
