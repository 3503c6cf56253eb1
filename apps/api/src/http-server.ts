import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { Authenticator, RouteDeclarations } from '#access';
import { newId } from '#event-sourcing';
import type { Logger } from '#telemetry';
import { answerProblem } from './problems/problem.filter.js';
import { Problem, problemDocument } from './problems/problem.js';
import { accessHook, type RateLimit } from './requests/access-hook.js';
import { answerCommands, isCommand } from './requests/command-answer.js';
import { takeTurns } from './requests/expensive-reads.js';
import { refuseUnknownParameters } from './requests/no-query.js';
import { contextOf } from './requests/request-context.js';
import { measureRequests } from './requests/request-metrics.js';
import { traceRequests } from './requests/request-tracing.js';
import type { Turns } from './requests/turns.js';
import { parseBody } from './requests/strict-body.js';

export const BODY_MAX_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const RATE_WINDOW_MS = 60_000;
const CALLERS_REMEMBERED_MAX = 20_000;

export interface HttpServerOptions {
  authenticator: Authenticator;
  /** Requests of one caller in a minute. */
  rateLimitPerMinute: number;
  /** Addresses, or networks as `10.0.0.0/8`, whose word is taken for where a request comes from. */
  trustedProxies?: readonly string[];
  logger: Logger;
  /** When commands begin. */
  turns: Turns;
}

/** The Fastify side of the API: everything that happens to a request before a controller sees it. */
export async function httpServer(options: HttpServerOptions): Promise<{ adapter: FastifyAdapter; routes: RouteDeclarations }> {
  const { authenticator, logger } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    skipMiddie: true,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    requestIdHeader: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => answerProblem(error, request, reply, logger),
    clientErrorHandler: refuseBrokenHttp,
    routerOptions: { maxParamLength: 200 },
  });
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new RouteDeclarations();
  server.addHook('onRoute', (route) => routes.watch(route));
  closeUnused(server);
  server.addHook('onRequest', (request, _reply, done) => {
    if (isCommand(request)) options.turns.wait(done);
    else done();
  });
  measureRequests(server);
  traceRequests(server);
  const protective = await protectiveHeaders();
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(protective);
    done();
  });
  await server.register(rateLimit, { global: false, cache: CALLERS_REMEMBERED_MAX });
  server.addHook('onRequest', accessHook(authenticator, limiter(server, options.rateLimitPerMinute)));
  refuseUnknownParameters(server);
  takeTurns(server);
  answerCommands(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES }, (request, body, done) => {
    try {
      done(null, jsonOf(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  return { adapter, routes };
}

/** What helmet says on every reply. It would work the same words out anew for each, so it is asked once. */
async function protectiveHeaders(): Promise<Record<string, string>> {
  const probe = Fastify();
  await probe.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
  });
  probe.get('/', (_request, reply) => reply.raw.getHeaders()); // so far helmet alone has set any
  const answer = await probe.inject('/');
  await probe.close();
  return answer.json<Record<string, string>>();
}

/** Connections that never asked anything are not idle to Node.js: closing would wait for them until they time out. */
function closeUnused(server: FastifyInstance): void {
  const unused = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.server.on('request', ({ socket }: { socket: Socket }) => unused.delete(socket));
  server.addHook('preClose', (done) => {
    for (const socket of unused) socket.destroy();
    done();
  });
}

function limiter(server: FastifyInstance, max: number): RateLimit {
  const check = server.createRateLimit({
    max,
    timeWindow: RATE_WINDOW_MS,
    keyGenerator: (request) => contextOf(request).principal?.subject ?? `address ${request.ip}`,
  });
  return async (request) => {
    const state = await check(request);
    return !state.isAllowed && state.isExceeded ? Math.max(1, state.ttlInSeconds) : undefined;
  };
}

function jsonOf(request: FastifyRequest, body: Buffer): unknown {
  const type = request.headers['content-type'] ?? '';
  const charset = type === 'application/json' ? undefined : /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1];
  const encoding = request.headers['content-encoding'];
  const isPlain = (!encoding || encoding === 'identity') && (!charset || charset.toLowerCase() === 'utf-8');
  if (!isPlain) throw new Problem('not-json');
  return parseBody(body);
}

/** Bytes that are no HTTP never reach a route; they are answered in the same form. */
function refuseBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timed-out'
        : 'malformed-http';
  const problem = new Problem(code);
  const document = problemDocument(problem, 'en', newId(), '0'.repeat(32));
  const body = JSON.stringify(document);
  if (socket.writable) {
    socket.end(
      `HTTP/1.1 ${problem.status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
}
