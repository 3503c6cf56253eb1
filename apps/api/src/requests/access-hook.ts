import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessOf, Authenticator, mayDo, NotAuthenticated } from '#access';
import { Problem } from '../problems/problem.js';
import { contextOf } from './request-context.js';

/** Answers how long a caller over the limit has to wait, undefined where they are within it. */
export type RateLimit = (request: FastifyRequest) => Promise<number | undefined>;

/**
 * Decides on every routed request before its body is read: who calls, how often, and whether their role may. A route
 * that declares nothing is refused, although the boot does not let one through.
 */
export const accessHook =
  (authenticator: Authenticator, overLimit: RateLimit) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const context = contextOf(request);
    void reply.header('Rapport-Trace-Id', context.traceId);
    // whoever guesses addresses pays for it as for any other call
    if (request.is404) return withinLimit(await overLimit(request));
    const access = accessOf(request.routeOptions.config);
    if (!access) throw new Problem('not-permitted');
    if ('public' in access) return isProbe(request) ? undefined : withinLimit(await overLimit(request));
    void reply.header('Cache-Control', 'no-store');
    try {
      const { principal, expiresAtSec } = await authenticator.identify(request.headers.authorization);
      [context.principal, context.tokenEndsMs] = [principal, expiresAtSec * 1_000];
    } catch (error) {
      // guesses count against the address they come from
      if (error instanceof NotAuthenticated) withinLimit(await overLimit(request));
      throw error;
    }
    withinLimit(await overLimit(request));
    if (!mayDo(context.principal.role, access.permission)) throw new Problem('not-permitted');
  };

function withinLimit(waitSec: number | undefined): void {
  if (waitSec !== undefined) throw new Problem('too-many-requests', { retryAfterSec: waitSec });
}

// whoever shares our probes' address must not be able to make us look dead
const isProbe = (request: FastifyRequest): boolean => request.url.startsWith('/health/');
