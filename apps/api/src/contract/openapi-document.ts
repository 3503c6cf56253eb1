import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { fieldFaults } from '../problems/edge-problems.js';
import { problemCatalogue } from '../problems/problem-catalogue.js';

type Json = Record<string, unknown>;

/** The published contract: OpenAPI 3.1, in an order that does not depend on the order of modules. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Rapport')
    .setVersion('1.0.0')
    .setDescription('Client relationships of a securities firm: commands named after business acts, and reads.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  const schemas = (document.components?.schemas ?? {}) as Record<string, Json>;
  schemas['Problem'] = problemSchema();
  for (const name of requestSchemas(document, schemas)) schemas[name]!['additionalProperties'] = false; // unknown members are refused
  for (const operation of operationsOf(document))
    operation.parameters?.sort((a, b) => (`${a.in} ${a.name}` < `${b.in} ${b.name}` ? -1 : 1));
  return sorted(document) as OpenAPIObject;
}

type Operation = { requestBody?: unknown; parameters?: { in: string; name: string }[] };

const operationsOf = (document: OpenAPIObject): Operation[] =>
  Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[]);

/** Names of the schemas that bodies of requests are made of. */
function requestSchemas(document: OpenAPIObject, schemas: Record<string, Json>): Set<string> {
  const found = new Set<string>();
  const waiting = operationsOf(document).flatMap((operation) => references(operation.requestBody));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...references(schemas[name]));
  }
  return found;
}

const references = (value: unknown): string[] =>
  [...(JSON.stringify(value) ?? '').matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);

function problemSchema(): Json {
  const text = { type: 'string' };
  return {
    type: 'object',
    description: 'RFC 9457',
    required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'traceId'],
    properties: {
      type: { ...text, description: 'Address of a page that explains the problem' },
      title: text,
      status: { type: 'integer' },
      code: { ...text, enum: [...problemCatalogue.keys()].sort() },
      detail: text,
      instance: text,
      traceId: text,
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['pointer', 'code'],
          properties: {
            pointer: { ...text, description: 'JSON Pointer into the body; #/query/..., #/path/... outside it' },
            code: { ...text, description: `A code of the catalogue, or one of ${Object.keys(fieldFaults).sort().join(', ')}` },
          },
        },
      },
      version: { type: 'integer', description: 'Of stale-version: the version there is' },
      missed: {
        type: 'array',
        description: 'Of stale-version: what happened since the version named',
        items: { type: 'object', required: ['type', 'version'], properties: { type: text, version: { type: 'integer' } } },
      },
    },
  };
}

/** Members in order, so that the committed document changes only where the contract does. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}
