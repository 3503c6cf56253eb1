import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteDeclarations } from '#access';
import { type Logger, traceFieldsOf } from '#telemetry';
import { contextOf, languageIn } from '../requests/request-context.js';
import { problemOf } from './problem-of.js';
import type { ProblemCode } from './problem-catalogue.js';
import { Problem, problemDocument } from './problem.js';

/** The one place that answers an error: whatever was thrown becomes a published problem, or a 500 that says nothing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteDeclarations,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const methods = error instanceof NotFoundException ? this.routes.methodsAt(request.url.split('?')[0]!) : [];
    const refused = methods.length > 0 ? new Problem('method-not-allowed', { headers: { Allow: methods.join(', ') } }) : error;
    answerProblem(refused, request, http.getResponse<FastifyReply>(), this.logger);
  }
}

export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { requestId, traceId, traceparent } = contextOf(request);
  const language = languageIn(request);
  const problem = problemOf(error) ?? frameworkProblem(error) ?? new Problem('internal');
  if (problem.status === 500) logger.error({ ...traceFieldsOf(traceparent), requestId, bug: traceOf(error) }, 'request failed');
  const { headers = {}, retryAfterSec } = problem.details;
  if (reply.sent) return;
  void reply
    .status(problem.status)
    .headers({
      ...headers,
      ...(retryAfterSec !== undefined && { 'Retry-After': String(retryAfterSec) }),
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Language': language === 'zh' ? 'zh-CN' : 'en',
      Vary: 'Accept-Language',
      'Cache-Control': 'no-store',
    })
    .send(JSON.stringify(problemDocument(problem, language, requestId, traceId)));
}

/** What Nest or Fastify refuse by themselves: all that is left of it here is the status. */
const byStatus: Readonly<Record<number, ProblemCode>> = {
  404: 'no-such-route',
  408: 'request-timed-out',
  413: 'body-too-large',
  414: 'url-too-long',
  415: 'not-json',
  431: 'headers-too-large',
};

function frameworkProblem(error: unknown): Problem | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number') return undefined;
  if (status === 503) return new Problem('dependency-away', { retryAfterSec: 5 });
  return status >= 400 && status < 500 ? new Problem(byStatus[status] ?? 'malformed-http') : undefined;
}

/** Name and stack without the message: a message may quote what a caller sent. */
function traceOf(error: unknown): { name: string; frames: readonly string[] } {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, frames: frames.slice(0, 12).map((line) => line.trim()) };
}
