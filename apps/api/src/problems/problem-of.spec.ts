import { describe, expect, test } from '@jest/globals';
import { IssuerAway, NotAuthenticated } from '#access';
import { applicationProblems, IdempotencyMismatch, NotFound, StaleVersion, TooManyWriters } from '#application';
import { DomainError } from '#event-sourcing';
import { OutcomeUnknown, Overloaded } from '#event-store';
import { tierProblems } from '#tiers';
import { problemCatalogue } from './problem-catalogue.js';
import { problemOf } from './problem-of.js';
import { languageOf, problemDocument } from './problem.js';

const refusal = DomainError.of({ ...tierProblems, ...applicationProblems });
const coded = (code: string, message = 'secret of the server'): Error => Object.assign(new Error(message), { code });

describe('an error is answered as', () => {
  test.each<[Error, number, string, boolean]>([
    [refusal('self-approval'), 422, 'self-approval', false],
    [refusal('branch-not-yours', ['/branchId']), 403, 'branch-not-yours', false],
    [new NotFound(), 404, 'not-found', false],
    [new TooManyWriters(), 409, 'too-many-writers', true],
    [new IdempotencyMismatch(), 422, 'idempotency-key-reused', false],
    [new StaleVersion(3, [{ type: 'ClientClosed', version: 3 }]), 412, 'stale-version', false],
    [new Overloaded('x'), 503, 'overloaded', true],
    [new OutcomeUnknown('x'), 503, 'outcome-unknown', true],
    [new IssuerAway('x'), 503, 'dependency-away', true],
    [new NotAuthenticated('token-expired'), 401, 'token-expired', false],
    [coded('ECONNREFUSED'), 503, 'dependency-away', true],
    [coded('57P01'), 503, 'dependency-away', true],
    [coded('57014'), 503, 'dependency-away', true],
    [coded('53100'), 503, 'dependency-away', true],
    [coded('40P01'), 503, 'dependency-away', true],
  ])('%p: %i %s', (error, status, code, comesBack) => {
    const problem = problemOf(error);
    expect(problem).toMatchObject({ code, status });
    expect(problem!.details.retryAfterSec !== undefined).toBe(comesBack);
    expect(JSON.stringify(problemDocument(problem!, 'en', 'r', 't'))).not.toContain('secret');
  });

  test.each([
    new Error('bug'),
    new TypeError('x'),
    DomainError.of({ 'no-such-code': { en: 'x', zh: 'x' } })('no-such-code'),
    coded('22P02'),
    coded('42601'),
    'text',
    undefined,
    null,
  ])('a bug, where nobody foresaw it: %p', (error) => expect(problemOf(error)).toBeUndefined());
});

test('every problem has a title in both languages and a status', () => {
  for (const { code, status, en, zh } of problemCatalogue.values()) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(en.length * zh.length).toBeGreaterThan(0);
  }
});

test.each<[string | undefined, 'en' | 'zh']>([
  [undefined, 'en'],
  ['zh-CN', 'zh'],
  ['zh', 'zh'],
  ['zh-Hans-CN,en;q=0.5', 'zh'],
  ['en,zh;q=0.9', 'en'],
  ['en;q=0.1, zh;q=0.2', 'zh'],
  ['fr, *;q=0.5', 'en'],
  ['zh;q=0', 'en'],
  [',;;=q'.repeat(1000), 'en'],
])('Accept-Language %p is answered in %s', (accepted, language) => expect(languageOf(accepted)).toBe(language));
