import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '#access';
import { commandIdOf, type Instant, type Uuid } from '#event-sourcing';
import { Problem } from '../problems/problem.js';
import { contextOf, principalIn } from './request-context.js';

/** What a command's request says beside its body. */
export interface CommandRequest {
  readonly principal: Principal;
  /** Derived from the caller, the route and the Idempotency-Key: the same request repeated has the same id. */
  readonly commandId: Uuid;
  /** From If-Match; absent on routes that make something new. */
  readonly expectedVersion?: number;
  readonly now: Instant;
  readonly correlationId: Uuid;
  readonly traceparent: string;
}

const KEY = /^[\x21-\x7e]{1,128}$/;
const STRONG_VERSION = /^"(0|[1-9]\d{0,14})"$/;

/** Parameter of a controller method: the command's request, on a route that makes something new. */
export const NewCommand = createParamDecorator((_: unknown, context: ExecutionContext): CommandRequest =>
  commandRequest(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The same on a route that changes something: the caller names the version they have seen. */
export const ChangeCommand = createParamDecorator((_: unknown, context: ExecutionContext): CommandRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { ...commandRequest(request), expectedVersion: expectedVersionIn(request) };
});

function commandRequest(request: FastifyRequest): CommandRequest {
  const principal = principalIn(request);
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') throw new Problem('idempotency-key-missing');
  if (typeof key !== 'string' || !KEY.test(key)) throw new Problem('idempotency-key-malformed');
  const { requestId, traceparent } = contextOf(request);
  const commandId = commandIdOf(callerOf(principal), request.method, addressOf(request), key);
  return { principal, commandId, now: new Date().toISOString(), correlationId: requestId, traceparent };
}

/** Who asks: the same person in another role or for another branch asks something else. */
const callerOf = ({ subject, role, branchScope }: Principal): string => JSON.stringify([subject, role, branchScope]);

/** The route with what its address names, however that was spelled. */
const addressOf = ({ routeOptions, params }: FastifyRequest): string =>
  (routeOptions.url ?? '').replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent((params as Record<string, string>)[name] ?? ''));

function expectedVersionIn({ headers }: FastifyRequest): number {
  const stated = headers['if-match'];
  if (stated === undefined || stated === '') throw new Problem('if-match-missing');
  const version = STRONG_VERSION.exec(stated)?.[1];
  if (version === undefined) throw new Problem('if-match-malformed');
  return Number(version);
}

const POSITION = /^\d{1,15}$/;

/** Parameter of a controller method: the log position that the answer must have reached, 0 where none is asked for. */
export const MinPosition = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const stated = context.switchToHttp().getRequest<FastifyRequest>().headers['rapport-min-position'];
  if (stated === undefined) return 0;
  if (typeof stated !== 'string' || !POSITION.test(stated)) throw new Problem('min-position-malformed');
  return Number(stated);
});
