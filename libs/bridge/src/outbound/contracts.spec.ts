import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { messageSchemas } from '#back-office';
import { tierChangeContracts } from '../index.js';

const require = createRequire(import.meta.url);
const addFormats = require('ajv-formats') as (ajv: Ajv | Ajv2020) => void;
const folder = path.resolve(import.meta.dirname, '../../../../apps/bridge/contracts');
const published: Readonly<Record<string, object>> = {
  ...Object.fromEntries(Object.entries(messageSchemas).map(([kind, schema]) => [`${kind}.schema.json`, schema])),
  ...tierChangeContracts,
};
const textOf = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

// UPDATE_CONTRACTS=1 writes them; what changed is then seen in review
if (process.env.UPDATE_CONTRACTS === '1') {
  mkdirSync(folder, { recursive: true });
  for (const [name, document] of Object.entries(published)) writeFileSync(path.join(folder, name), textOf(document));
}

describe('the committed contracts of the bridge', () => {
  it('are what the build publishes, all of it and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(published).sort());
    for (const [name, document] of Object.entries(published))
      expect([name, readFileSync(path.join(folder, name), 'utf8')]).toEqual([name, textOf(document)]);
  });

  it.each(Object.keys(published).filter((name) => name.endsWith('.schema.json')))('%s is a JSON Schema of 2020-12', (name) => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
    addFormats(ajv);
    expect(typeof ajv.compile(published[name]!)).toBe('function');
  });

  it('the AsyncAPI document is one, by the schema of AsyncAPI 3.0 itself', () => {
    // that schema brings the meta schema of draft 07 along
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
    addFormats(ajv);
    const valid = ajv.compile(require('@asyncapi/specs/schemas/3.0.0.json') as object);
    const document = JSON.parse(readFileSync(path.join(folder, 'asyncapi.json'), 'utf8')) as object;
    expect([valid(document), valid.errors]).toEqual([true, null]);
    expect(valid({ ...document, operations: { tell: { action: 'shout', channel: {} } } })).toBe(false);
  });

  it('every reference of the AsyncAPI document leads somewhere', () => {
    const document = JSON.parse(readFileSync(path.join(folder, 'asyncapi.json'), 'utf8')) as Record<string, unknown>;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, at]) => at!.split('/'));
    expect(references.length).toBeGreaterThan(15);
    for (const names of references) {
      const found = names.reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], document);
      expect([names.join('/'), typeof found]).toEqual([names.join('/'), 'object']);
    }
    const operations = Object.values(document['operations'] as Record<string, { action: string; channel: object }>);
    expect(operations.map(({ action }) => action).sort()).toEqual(['receive', 'send']);
  });
});
