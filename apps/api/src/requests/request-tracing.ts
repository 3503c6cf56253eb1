import type { FastifyInstance } from 'fastify';
import { contextOf } from './request-context.js';
import { routeOf } from './request-metrics.js';

/** Everything that happens to a request happens in its span. The address is not told: what is in it may be personal. */
export function traceRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { span } = contextOf(request);
    if (span) span.run(done);
    else done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { span } = contextOf(request);
    if (!span) return done();
    const route = routeOf(request);
    span.end({
      failed: reply.statusCode >= 500,
      name: `${request.method} ${route}`,
      attributes: { 'http.request.method': request.method, 'http.route': route, 'http.response.status_code': reply.statusCode },
    });
    done();
  });
}
