import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { type AuthenticationSettings, Authenticator } from '#access';
import { createLogger, type Logger } from '#telemetry';
import { ApiModule, type ApiParts } from './api.module.js';
import { serveBackOfficeContracts } from './back-office/contracts.js';
import { serveContract } from './contract/docs-page.js';
import { openApiDocument } from './contract/openapi-document.js';
import { httpServer } from './http-server.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { Turns } from './requests/turns.js';

export const FIRM_ZONE_DEFAULT = 'Asia/Shanghai';
export const RATE_LIMIT_PER_MINUTE_DEFAULT = 6000;

export interface ApiOptions extends Omit<ApiParts, 'zone' | 'ready'>, Partial<Pick<ApiParts, 'zone' | 'ready'>> {
  authentication: AuthenticationSettings;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  /** Requests of one caller in a minute, default 6,000. */
  rateLimitPerMinute?: number;
  /** Proxies before it, by address or network; default none, and X-Forwarded-For is nobody's word. */
  trustedProxies?: readonly string[];
}

export interface RunningApi {
  /** E.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** Every route, as `POST /v1/complaints`. */
  readonly routes: readonly string[];
  readonly document: OpenAPIObject;
  /** Stops listening, lets requests under way end, and closes nothing that it was given. */
  close(): Promise<void>;
}

/** Starts the API. Rejects where a route declares no permission, naming it, or where the address is taken. */
export async function createApi(options: ApiOptions): Promise<RunningApi> {
  const logger = createLogger('api');
  const { zone = FIRM_ZONE_DEFAULT, ready = async () => undefined, host = '127.0.0.1', port = 0 } = options;
  const { store } = options;
  const turns = new Turns(() => {
    const { queued, underWay } = store.appendLoad;
    return queued + underWay;
  });
  const endTurns = store.onSettled(turns.next);
  const { adapter, routes } = await httpServer({
    turns,
    authenticator: new Authenticator(options.authentication),
    rateLimitPerMinute: options.rateLimitPerMinute ?? RATE_LIMIT_PER_MINUTE_DEFAULT,
    ...(options.trustedProxies && { trustedProxies: options.trustedProxies }),
    logger,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.over({ ...options, zone, ready }), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(logger),
  });
  app.useGlobalFilters(new ProblemFilter(logger, routes));
  let document: OpenAPIObject | undefined;
  const contract = (): OpenAPIObject => (document ??= openApiDocument(app));
  serveContract(adapter.getInstance<FastifyInstance>(), contract);
  serveBackOfficeContracts(adapter.getInstance<FastifyInstance>());
  try {
    await app.init();
    routes.check();
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port: bound } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    routes: routes.routes,
    get document() {
      return contract();
    },
    close: async () => {
      await app.close();
      endTurns();
    },
  };
}

/** Nest's own words at their level; its start-up chatter is left out. */
const nestLogger = (logger: Logger): LoggerService => ({
  log: () => undefined,
  warn: (message: unknown) => logger.warn({ nest: String(message) }),
  error: (message: unknown) => logger.error({ nest: String(message) }),
});
