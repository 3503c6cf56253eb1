import { type CallHandler, type ExecutionContext, Injectable, mixin, type NestInterceptor, type Type } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { CommandResult } from '#application';
import { CodeField, IntegerField, member, UuidField } from '../fields/index.js';

/** What every command answers. */
export class CommandAnswer {
  @UuidField({ description: 'The aggregate, as its routes name it' })
  id: string;

  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Version of the aggregate, also as ETag' })
  version: number;

  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Position of its last event in the log, also as Rapport-Position' })
  position: number;

  @member({ type: 'array', items: { type: 'string' } }, [], {
    description: 'What happened; empty where nothing changed',
    example: ['ComplaintAcknowledged'],
  })
  events: readonly string[];

  @CodeField({ optional: true, description: 'The override asked for, where one was' })
  overrideId?: string;
}

/** A result with the members that its route adds to the answer. */
export type AnsweredCommand = CommandResult & {
  overrideId?: string;
  /** Address of what is new, where its id is not in it. */ location?: string;
};

/** Turns a command's result into its answer: status, headers, body. `at`: where new aggregates of this route live. */
export function answeringAt(at: string): Type<NestInterceptor> {
  @Injectable()
  class AnswerCommand implements NestInterceptor<AnsweredCommand, CommandAnswer> {
    intercept(context: ExecutionContext, next: CallHandler<AnsweredCommand>): Observable<CommandAnswer> {
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      return next.handle().pipe(map((result) => answer(result, at, reply)));
    }
  }
  return mixin(AnswerCommand);
}

function answer(
  { id, version, position, events, replayed, created, overrideId, location }: AnsweredCommand,
  at: string,
  reply: FastifyReply,
): CommandAnswer {
  void reply
    .status(created ? 201 : 200)
    .headers({ ETag: `"${version}"`, 'Rapport-Position': String(position), ...(replayed && { 'Idempotency-Replayed': 'true' }) });
  if (created) void reply.header('Location', location ?? `${at}/${id}`);
  return { id, version, position, events, ...(overrideId && { overrideId }) };
}
