import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '#access';
import { type Language, newId, type Uuid } from '#event-sourcing';
import { beginSpan, type TraceSpan } from '#telemetry';
import { languageOf } from '../problems/problem.js';

/** What is known of one request beside its content. */
export interface RequestContext {
  /** Also the correlation id of the events that follow. */
  readonly requestId: Uuid;
  /** 32 hex digits, the caller's where they sent a W3C trace context. */
  readonly traceId: string;
  readonly traceparent: string;
  /** Where traces go somewhere. */
  readonly span: TraceSpan | undefined;
  /** Set once the token is verified; on public routes never. */
  principal: Principal | undefined;
  /** Set with it: when the token expires. */
  tokenEndsMs: number | undefined;
}

interface HeadersOnly {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const CONTEXT = Symbol('request context');
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The context of a request, made the first time somebody asks. */
export function contextOf(request: HeadersOnly & { [CONTEXT]?: RequestContext }): RequestContext {
  return (request[CONTEXT] ??= contextFrom(request.headers));
}

function contextFrom(headers: HeadersOnly['headers']): RequestContext {
  const traceparent = headers['traceparent'];
  const match = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  const span = beginSpan('HTTP', { kind: 'server', ...(match && { parent: match[0] }) });
  const requestId = newId();
  // where nobody traces, one id serves both: 122 bits of a UUIDv7, 74 of them random
  const traceId = span?.traceId ?? match?.[1] ?? hexOf(requestId);
  const own = span?.traceparent ?? `00-${traceId}-${hexOf(newId()).slice(16)}-${match?.[2] ?? '01'}`;
  return { requestId, traceId, traceparent: own, principal: undefined, tokenEndsMs: undefined, span };
}

const hexOf = (id: Uuid): string => id.replaceAll('-', '');

/** What language a problem is told in. */
export const languageIn = ({ headers }: HeadersOnly): Language => languageOf([headers['accept-language']].flat().join(','));

/** The caller of a route that declares a permission. */
export function principalIn(request: HeadersOnly): Principal {
  const { principal } = contextOf(request);
  if (!principal) throw new Error('a route that needs a caller is open to everybody');
  return principal;
}

/** Parameter of a controller method: the verified caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principalIn(context.switchToHttp().getRequest<HeadersOnly>()),
);
