import type { FastifyInstance, FastifyRequest } from 'fastify';
import { queryCheck } from '../fields/index.js';

/** What a route declares of its query: whether it has one. Its own parameters it checks itself. */
export interface QueryConfig {
  readonly asked?: boolean;
}

class NoQuestion {}

const checkNone = queryCheck(NoQuestion);

/** Whoever probes us with a parameter more must not be able to make us look dead. */
const isProbe = ({ url }: FastifyRequest): boolean => url.startsWith('/health/');

/** A parameter that a route does not know would change nothing: it is refused, lest somebody believe that it did. */
export function refuseUnknownParameters(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    if (!request.is404 && !(request.routeOptions.config as QueryConfig).asked && !isProbe(request)) checkNone(request.query);
    done();
  });
}
