import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { answerWhatIf, type WhatIfDocument } from '#service-levels';
import { type ApiUnderTest, Caller, SHANGHAI, startApiUnderTest } from '../../../../test/support/api.js';

jest.setTimeout(120_000);

const folder = path.resolve(import.meta.dirname, '../../../../libs/service-levels/src/what-if/samples');
const samples = readdirSync(folder).map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as WhatIfDocument);

let under: ApiUnderTest;
let manager: Caller;
beforeAll(async () => {
  under = await startApiUnderTest();
  manager = await under.as('relationshipManager', SHANGHAI);
});
afterAll(() => under.close());

const asked = (body: unknown) => manager.post('/v1/service-levels/what-if', body);

describe('POST /v1/service-levels/what-if', () => {
  test('answers a document, or an array in its order, as the library does, and records nothing', async () => {
    const before = await under.eventCount();
    for (const document of samples) expect(await asked(document)).toMatchObject({ status: 200, body: answerWhatIf(document) });
    const all = await asked(samples);
    expect([all.status, Object.values(all.body)]).toEqual([200, samples.map((document) => answerWhatIf(document))]);
    expect(await under.eventCount()).toBe(before);
  });

  test('refuses what breaks the format, with a pointer to each place', async () => {
    const broken = { ...samples[0]!, asOf: [], subject: { type: 'request' } };
    const faults = [
      ['/subject/process', 'missing'],
      ['/asOf', 'too-few'],
    ].map(([pointer, code]) => ({ pointer, code }));
    expect(await asked(broken)).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: faults } });
    const below = faults.map(({ pointer, code }) => ({ pointer: `/1${pointer}`, code }));
    expect((await asked([samples[0], broken])).body).toMatchObject({ errors: below });
    for (const body of [3, [3], [[]]]) expect(await asked(body)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  test('refuses what would keep the others waiting', async () => {
    const asOf = Array<string>(1000).fill('2025-06-01T00:00:00Z');
    const timeline = [samples[0]!.timeline[0]!, ...Array<object>(2000).fill({ at: '2025-04-01T00:00:00Z', fact: 'note' })];
    expect(await asked({ ...samples[0], timeline, asOf })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '', code: 'too-much' }] },
    });
  });

  test('has a schema that anybody may read, and that the samples keep to', async () => {
    const schema = await new Caller(under.api.url, '').get('/contracts/what-if.schema.json');
    expect([schema.status, schema.headers.get('content-type')]).toEqual([200, 'application/schema+json; charset=utf-8']);
    const text = schema.body['text'];
    const document = (typeof text === 'string' ? JSON.parse(text) : schema.body) as object;
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(document);
    for (const sample of samples) expect(valid(sample)).toBe(true);
    expect(valid({ ...samples[0], asOf: [] })).toBe(false);
  });
});
