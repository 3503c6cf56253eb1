import { Controller, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '#access';
import { QueryInteger } from '../fields/index.js';
import { invalidRequest } from '../problems/problem.js';
import { Caller, contextOf } from '../requests/request-context.js';
import { Asked, Streams } from '../requests/routes.js';
import { EventStream } from './event-stream.js';
import { LiveHub } from './live-hub.js';

class LiveQuestion {
  @QueryInteger({ min: 0, max: 999_999_999_999_999, optional: true, description: 'The same as Last-Event-ID, which wins' }) after?: number;
}

const POSITION = /^\d{1,15}$/;

@ApiTags('service levels')
@Controller('v1/service-levels')
export class LiveController {
  constructor(private readonly hub: LiveHub) {}

  @Streams(
    'live',
    'commitment.watch',
    'Commitments as they change, each as a row of the queue in an event `commitment`; from now on, or from a log position',
  )
  live(@Caller() principal: Principal, @Asked() { after }: LiveQuestion, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const from = positionIn(request) ?? after;
    if (request.method === 'HEAD') return void reply.header('Content-Type', 'text/event-stream; charset=utf-8').send();
    this.hub.subscribe(principal, from, (position) => {
      reply.hijack();
      const { tokenEndsMs = 0 } = contextOf(request);
      return new EventStream({ response: reply.raw, headers: reply.getHeaders(), endsAtMs: tokenEndsMs, position });
    });
  }
}

function positionIn({ headers }: FastifyRequest): number | undefined {
  const stated = headers['last-event-id'];
  if (stated === undefined || stated === '') return undefined; // a browser that was told no id yet
  if (typeof stated !== 'string' || !POSITION.test(stated)) throw invalidRequest({ pointer: '#/header/last-event-id', code: 'bad-format' });
  return Number(stated);
}
