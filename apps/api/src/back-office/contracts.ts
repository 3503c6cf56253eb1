import type { FastifyInstance } from 'fastify';
import { openToAll } from '#access';
import { messageSchemas } from '#back-office';
import { tierChangeContracts } from '#bridge';

/** Documents by their name below `/contracts`. */
const documents: ReadonlyMap<string, { type: string; document: object }> = new Map([
  ...Object.entries(messageSchemas).map(
    ([kind, document]) => [`back-office/${kind}.schema.json`, { type: 'application/schema+json', document }] as const,
  ),
  ...Object.entries(tierChangeContracts).map(
    ([name, document]) =>
      [`tier-changes/${name}`, { type: name.startsWith('asyncapi') ? 'application/json' : 'application/schema+json', document }] as const,
  ),
]);

/** Schemas of what comes in and of what goes out, open to all. */
export function serveBackOfficeContracts(server: FastifyInstance): void {
  for (const [name, { type, document }] of documents) {
    const text = JSON.stringify(document);
    server.get(`/contracts/${name}`, { config: openToAll }, (_request, reply) => reply.type(`${type}; charset=utf-8`).send(text));
  }
}
