import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { openToAll } from '#access';
import { whatIfSchema } from '#service-levels';

// Swagger UI comes with @nestjs/swagger, wherever npm put it
const own = createRequire(import.meta.url);
const assets = path.dirname(createRequire(own.resolve('@nestjs/swagger')).resolve('swagger-ui-dist/package.json'));

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Rapport API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;
const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** No script but our own files; Swagger UI sets styles in elements. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const files: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The contract at `/openapi.json`, its reading room at `/docs` and the what-if document's schema, from files on this machine alone. */
export function serveContract(server: FastifyInstance, document: () => OpenAPIObject): void {
  const open = { config: openToAll };
  let text: string | undefined;
  server.get('/openapi.json', open, (_request, reply) => {
    text ??= JSON.stringify(document());
    return reply.type('application/json; charset=utf-8').send(text);
  });
  server.get('/contracts/what-if.schema.json', open, (_request, reply) =>
    reply.type('application/schema+json; charset=utf-8').send(JSON.stringify(whatIfSchema)),
  );
  server.get('/docs/', open, (_request, reply) => reply.redirect('/docs'));
  server.get('/docs', open, (_request, reply) =>
    reply.header('Content-Security-Policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  );
  server.get('/docs/start.js', open, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  for (const [name, type] of Object.entries(files)) {
    server.get(`/docs/${name}`, open, async (_request, reply) => reply.type(type).send(await readFile(path.join(assets, name))));
  }
}
