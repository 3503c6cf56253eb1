import { NotAuthenticated, IssuerAway } from '#access';
import { IdempotencyMismatch, NotFound, StaleVersion, TooManyWriters } from '#application';
import { DomainError } from '#event-sourcing';
import { OutcomeUnknown, Overloaded } from '#event-store';
import { isProblemCode, type ProblemCode } from './problem-catalogue.js';
import { Problem } from './problem.js';

const RETRY_SOON_SEC = 1;
const RETRY_LATER_SEC = 5;

/** Errors of Fastify by its codes: all are the caller's doing. */
const fastifyProblems: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new Problem('not-json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new Problem('malformed-http'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new Problem('malformed-json'),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new Problem('body-too-large'),
  FST_ERR_BAD_URL: () => new Problem('malformed-url'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Problem('url-too-long'),
};

/** Connection lost, refused or timed out; server shutting down, starting, full or out of time; a conflict of locks. */
const AWAY_CODES = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)|^(08|53|57|58)[0-9A-Z]{3}$|^(40001|40P01|55P03)$/;
const AWAY_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** The published answer to any error; undefined for a bug, which is answered 500 and logged. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof DomainError) return domainProblem(error);
  if (error instanceof NotFound || error instanceof TooManyWriters || error instanceof IdempotencyMismatch) {
    return new Problem(error.code, error instanceof TooManyWriters ? { retryAfterSec: RETRY_SOON_SEC } : {});
  }
  if (error instanceof StaleVersion) {
    return new Problem('stale-version', {
      headers: { ETag: `"${error.actual}"` },
      more: { version: error.actual, missed: error.missed },
    });
  }
  if (error instanceof Overloaded) return new Problem('overloaded', { retryAfterSec: RETRY_SOON_SEC });
  if (error instanceof OutcomeUnknown) return new Problem('outcome-unknown', { retryAfterSec: RETRY_SOON_SEC });
  if (error instanceof NotAuthenticated) return unauthenticated(error);
  if (error instanceof IssuerAway) return new Problem('dependency-away', { retryAfterSec: RETRY_LATER_SEC });
  return transportProblem(error);
}

function domainProblem({ code, pointers, faults }: DomainError): Problem | undefined {
  if (!isProblemCode(code)) return undefined;
  const errors =
    faults.length > 0
      ? faults.map((fault) => ({ ...fault, code: fault.code as ProblemCode }))
      : pointers.map((pointer) => ({ pointer, code }));
  return new Problem(code, { errors });
}

function unauthenticated({ code }: NotAuthenticated): Problem {
  const challenge = code === 'token-missing' ? 'Bearer' : 'Bearer error="invalid_token"';
  return new Problem(code, { headers: { 'WWW-Authenticate': challenge } });
}

function transportProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  // a query of TypeORM wraps the driver's error, and says the same in its code
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code in fastifyProblems) return fastifyProblems[code]!();
  if (AWAY_CODES.test(code) || AWAY_MESSAGES.test(error.message)) {
    return new Problem('dependency-away', { retryAfterSec: RETRY_LATER_SEC });
  }
  return undefined;
}
