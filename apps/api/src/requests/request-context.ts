import { randomBytes } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '#access';
import { newId, type Uuid } from '#event-sourcing';
import { beginSpan, type TraceSpan } from '#telemetry';
import { type Language, languageOf } from '../problems/problem.js';

/** What is known of one request beside its content. */
export interface RequestContext {
  /** Also the correlation id of the events that follow. */
  readonly requestId: Uuid;
  /** 32 hex digits, the caller's where they sent a W3C trace context. */
  readonly traceId: string;
  readonly traceparent: string;
  readonly language: Language;
  /** Where traces go somewhere. */
  readonly span?: TraceSpan;
  /** Set once the token is verified; on public routes never. */
  principal?: Principal;
  /** Set with it: when the token expires. */
  tokenEndsMs?: number;
}

interface HeadersOnly {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const contexts = new WeakMap<object, RequestContext>();
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The context of a request, made the first time somebody asks. */
export function contextOf(request: HeadersOnly): RequestContext {
  let context = contexts.get(request);
  if (!context) {
    const traceparent = request.headers['traceparent'];
    const match = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
    const span = beginSpan('HTTP', { kind: 'server', ...(match && { parent: match[0] }) });
    const random = randomBytes(24).toString('hex');
    const traceId = span?.traceId ?? match?.[1] ?? random.slice(0, 32);
    const language = languageOf([request.headers['accept-language']].flat().join(','));
    const own = span?.traceparent ?? `00-${traceId}-${random.slice(32)}-${match?.[2] ?? '01'}`;
    context = { requestId: newId(), traceId, traceparent: own, language, ...(span && { span }) };
    contexts.set(request, context);
  }
  return context;
}

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
