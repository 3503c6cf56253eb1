import type { Language } from '#event-sourcing';
import type { FormatCode } from '#service-levels';
import type { TierRulesCode } from '#tiers';
import type { FieldFault } from './edge-problems.js';
import { type ProblemCode, problemCatalogue } from './problem-catalogue.js';

/** One field at fault: an RFC 6901 pointer into the body, or `#/query/<name>`, `#/path/<name>`, `#/header/<name>` outside it. */
export interface FieldError {
  pointer: string;
  code: FieldFault | FormatCode | TierRulesCode | ProblemCode;
}

export interface ProblemDetails {
  errors?: readonly FieldError[];
  /** Whole seconds. */
  retryAfterSec?: number;
  headers?: Readonly<Record<string, string>>;
  /** Members beside those of RFC 9457; codes, counts and versions only. */
  more?: Readonly<Record<string, unknown>>;
}

/** A refusal in the published catalogue, thrown anywhere between the socket and the command. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
  ) {
    super(code);
    this.name = 'Problem';
  }

  get status(): number {
    return problemCatalogue.get(this.code)!.status;
  }
}

export const invalidRequest = (...errors: FieldError[]): Problem => new Problem('invalid-request', { errors });

/** Chinese where the caller prefers it to English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const weights = (acceptLanguage ?? '')
    .slice(0, 256)
    .split(',')
    .map((range) => /^\s*(\*|[a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$/i.exec(range))
    .map((match) => ({ language: match?.[1]?.toLowerCase(), weight: Number(match?.[2] ?? 1) }));
  const weightOf = (language: Language): number => weights.find((range) => range.language === language)?.weight ?? 0;
  return weightOf('zh') > weightOf('en') ? 'zh' : 'en';
}

/** The document of RFC 9457. `requestId` names this one occurrence. */
export function problemDocument(problem: Problem, language: Language, requestId: string, traceId: string): Record<string, unknown> {
  const { code, status, details } = problem;
  const entry = problemCatalogue.get(code)!;
  return {
    type: `/problems/${code}`,
    title: entry[language],
    status,
    code,
    detail: detailOf(problem, language),
    instance: `urn:uuid:${requestId}`,
    traceId,
    ...(details.errors && details.errors.length > 0 && { errors: details.errors }),
    ...details.more,
  };
}

function detailOf({ code, details }: Problem, language: Language): string {
  const fields = details.errors?.length ?? 0;
  if (fields > 0) return language === 'zh' ? `共有 ${fields} 处字段错误，见 errors。` : `${fields} field(s) at fault, listed in errors.`;
  const wait = details.retryAfterSec;
  if (wait !== undefined) return language === 'zh' ? `请在 ${wait} 秒后重试。` : `Come back in ${wait} s.`;
  const entry = problemCatalogue.get(code)!;
  return language === 'zh' ? `${entry.zh}。` : `${entry.en}.`;
}
