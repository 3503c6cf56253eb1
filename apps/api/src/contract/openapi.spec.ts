import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type ApiUnderTest, Caller, startApiUnderTest } from '../../../../test/support/api.js';
import { breakingDifferences } from './breaking-differences.js';

jest.setTimeout(120_000);

const COMMITTED = path.resolve(import.meta.dirname, '../../openapi.json');
const UPDATE = process.env.UPDATE_OPENAPI;

interface Json {
  [member: string]: Json;
}

let under: ApiUnderTest;
let committed: OpenAPIObject;
beforeAll(async () => {
  under = await startApiUnderTest();
  if (UPDATE && !existsSync(COMMITTED)) writeFileSync(COMMITTED, '{ "paths": {} }');
  committed = JSON.parse(readFileSync(COMMITTED, 'utf8')) as OpenAPIObject;
});
afterAll(() => under.close());

const current = (): OpenAPIObject => JSON.parse(JSON.stringify(under.api.document)) as OpenAPIObject;

describe('the contract', () => {
  test('breaks nothing that is committed; UPDATE_OPENAPI=breaking says that it may', () => {
    if (UPDATE !== 'breaking') expect(breakingDifferences(committed, current())).toEqual([]);
  });

  test('is the committed one; UPDATE_OPENAPI=1 writes it anew', () => {
    const harmless = UPDATE === 'breaking' || breakingDifferences(committed, current()).length === 0;
    if (UPDATE && harmless) writeFileSync(COMMITTED, `${JSON.stringify(current(), null, 1)}\n`);
    expect(current()).toEqual(JSON.parse(readFileSync(COMMITTED, 'utf8')));
  });

  test('is served as OpenAPI 3.1, and read at /docs from files of this machine alone', async () => {
    const anybody = new Caller(under.api.url, '');
    const served = await anybody.get('/openapi.json');
    expect(served).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
    expect(served.body).toEqual(current());
    const page = await anybody.get('/docs');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const links = [...String(page.body['text']).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThanOrEqual(4);
    for (const link of links) expect((await anybody.get(link)).status).toBe(200);
    expect(String((await anybody.get('/docs/start.js')).body['text'])).toContain("url: '/openapi.json'");
  });

  test('names each operation as a client would, and every schema that it mentions is there', () => {
    const document = current();
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item) as { operationId: string }[]);
    expect(operations.filter(({ operationId }) => !/^[a-z][A-Za-z]+$/.test(operationId))).toEqual([]);
    const mentioned = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g)].map((match) => match[1]!);
    expect(mentioned.filter((name) => !document.components!.schemas![name])).toEqual([]);
  });
});

describe('a breaking difference', () => {
  const changes: Record<string, (document: Json) => void> = {
    'a route that is gone': (document) => void delete document['paths']!['/v1/freshness'],
    'a method that is gone': (document) => void delete document['paths']!['/v1/clients']!['get'],
    'a member of a body that is gone': (document) => void delete schema(document, 'AcknowledgeComplaintBody')['properties']!['channel'],
    'a member of a body that is required now': (document) =>
      void (schema(document, 'AcknowledgeComplaintBody')['required'] = ['channel'] as unknown as Json),
    'a value that is taken no more': (document) =>
      void (schema(document, 'ReopenComplaintBody')['properties']!['reason']!['enum'] = ['other'] as unknown as Json),
    'a tighter bound': (document) =>
      void (schema(document, 'RecordDisputeBody')['properties']!['reason']!['maxLength'] = 10 as unknown as Json),
    'another pattern': (document) =>
      void (schema(document, 'MoneyBody')['properties']!['currency']!['pattern'] = '^CNY$' as unknown as Json),
    'a member of an answer that is gone': (document) => void delete schema(document, 'CommandAnswer')['properties']!['position'],
    'a member of an answer that may be absent': (document) => void (schema(document, 'ClientView')['required'] = [] as unknown as Json),
    'a member of an answer of another type': (document) =>
      void (schema(document, 'CommandAnswer')['properties']!['version']!['type'] = 'string' as unknown as Json),
    'a header that is required now': (document) =>
      (document['paths']!['/v1/clients']!['get']!['parameters'] as unknown as Json[]).forEach(
        (parameter) => (parameter['required'] = true as unknown as Json),
      ),
    'an answer that is gone': (document) => void delete document['paths']!['/v1/clients']!['post']!['responses']!['201'],
    'another name of an operation': (document) =>
      void (document['paths']!['/v1/clients']!['post']!['operationId'] = 'addClient' as unknown as Json),
  };

  test.each(Object.keys(changes))('is found: %s', (name) => {
    const changed = current();
    changes[name]!(changed as unknown as Json);
    expect(breakingDifferences(current(), changed)).not.toEqual([]);
  });

  test('is none where something is added', () => {
    const changed = current() as unknown as Json;
    changed['paths']!['/v1/more'] = {};
    schema(changed, 'CommandAnswer')['properties']!['more'] = { type: 'string' } as unknown as Json;
    schema(changed, 'ReopenComplaintBody')['properties']!['more'] = { type: 'string' } as unknown as Json;
    (schema(changed, 'ReopenComplaintBody')['properties']!['reason']!['enum'] as unknown as string[]).push('more');
    expect(breakingDifferences(current(), changed as unknown as OpenAPIObject)).toEqual([]);
  });
});

const schema = (document: Json, name: string): Json => document['components']!['schemas']![name]!;
