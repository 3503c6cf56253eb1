import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type ApiUnderTest, Caller, startApiUnderTest } from '../../../../test/support/api.js';
import { breakingDifferences } from '../../../../test/support/breaking-differences.js';

jest.setTimeout(120_000);

const COMMITTED = path.resolve(import.meta.dirname, '../../openapi.json');
const UPDATE = process.env.UPDATE_OPENAPI;

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
