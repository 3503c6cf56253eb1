import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { breakingDifferences } from './breaking-differences.js';

const COMMITTED = readFileSync(path.resolve(import.meta.dirname, '../../apps/api/openapi.json'), 'utf8');

interface Json {
  [member: string]: Json;
}

const committed = (): OpenAPIObject => JSON.parse(COMMITTED) as OpenAPIObject;

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
    const changed = committed();
    changes[name]!(changed as unknown as Json);
    expect(breakingDifferences(committed(), changed)).not.toEqual([]);
  });

  test('is none where something is added', () => {
    const changed = committed() as unknown as Json;
    changed['paths']!['/v1/more'] = {};
    schema(changed, 'CommandAnswer')['properties']!['more'] = { type: 'string' } as unknown as Json;
    schema(changed, 'ReopenComplaintBody')['properties']!['more'] = { type: 'string' } as unknown as Json;
    (schema(changed, 'ReopenComplaintBody')['properties']!['reason']!['enum'] as unknown as string[]).push('more');
    expect(breakingDifferences(committed(), changed as unknown as OpenAPIObject)).toEqual([]);
  });
});

const schema = (document: Json, name: string): Json => document['components']!['schemas']![name]!;
