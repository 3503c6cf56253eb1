import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { BackOffice, type Keyset, type KeysetPage } from '#bridge';
import { EventStore } from '#event-store';
import { Cursors } from '../reads/cursors.js';
import { nextAddress, PAGE_DEFAULT } from '../reads/read-dispatcher.js';
import { ListQuestion } from '../reads/view-fields.js';
import { MinPosition } from '../requests/command-request.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import {
  BreakPageView,
  BreakQuestion,
  ConflictPageView,
  ConflictQuestion,
  GapPageView,
  GapQuestion,
  InboxPageView,
  InboxQuestion,
  SourceDayPageView,
  SourceDayQuestion,
} from './back-office-views.js';

/** What stands in the inbox of the back office. It is read where it is written, and so is never behind the log. */
@ApiTags('back office')
@Controller('v1/back-office')
export class BackOfficeReadsController {
  constructor(
    private readonly backOffice: BackOffice,
    private readonly store: EventStore,
    private readonly cursors: Cursors,
  ) {}

  @Reads('messages', 'backOffice.listMessages', InboxPageView, 'Messages of the back office, newest first')
  messages(
    @Caller() caller: Principal,
    @MinPosition() _minPosition: number,
    @Asked() question: InboxQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.page('back-office messages', caller, question, reply, (filter, page) => this.backOffice.lists.messages(filter, page));
  }

  @Reads('conflicts', 'backOffice.listConflicts', ConflictPageView, 'Contents that wait for a person to decide, newest first')
  conflicts(
    @Caller() caller: Principal,
    @MinPosition() _minPosition: number,
    @Asked() question: ConflictQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.page('back-office conflicts', caller, question, reply, (filter, page) => this.backOffice.lists.conflicts(filter, page));
  }

  @Reads('gaps', 'backOffice.listGaps', GapPageView, 'Gaps in the numbers of accounts, newest first')
  gaps(
    @Caller() caller: Principal,
    @MinPosition() _minPosition: number,
    @Asked() question: GapQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.page('back-office gaps', caller, question, reply, ({ status, ...filter }, page) =>
      this.backOffice.lists.gaps({ ...filter, ...(status && { open: status === 'open' }) }, page),
    );
  }

  @Reads('breaks', 'backOffice.listBreaks', BreakPageView, 'Where source, log and read models do not say the same, newest first')
  breaks(
    @Caller() caller: Principal,
    @MinPosition() _minPosition: number,
    @Asked() question: BreakQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.page('back-office breaks', caller, question, reply, (filter, page) => this.backOffice.lists.breaks(filter, page));
  }

  @Reads('days', 'backOffice.listDays', SourceDayPageView, 'Days of the sources, the latest first')
  days(
    @Caller() caller: Principal,
    @MinPosition() _minPosition: number,
    @Asked() question: SourceDayQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.page('back-office days', caller, question, reply, (filter, page) => this.backOffice.lists.days(filter, page));
  }

  private async page<Question extends ListQuestion, T>(
    list: string,
    principal: Principal,
    question: Question,
    reply: FastifyReply,
    read: (filter: Omit<Question, 'limit' | 'cursor'>, page: Keyset) => Promise<KeysetPage<T>>,
  ) {
    const { limit = PAGE_DEFAULT, cursor, ...filter } = question;
    const use = { list, filter, principal };
    const head = await this.store.head(); // before the rows, so that they are at least that fresh
    const asOf = new Date().toISOString();
    const { items, next: values } = await read(filter, { limit, ...(cursor !== undefined && { after: this.cursors.open(use, cursor) }) });
    const next = values ? this.cursors.seal(use, values) : null;
    if (next !== null) void reply.header('Link', `<${nextAddress(reply.request.url, next)}>; rel="next"`);
    return { items, next, asOfPosition: head.position, asOf };
  }
}
