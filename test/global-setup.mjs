// Starts once what the suites named .int.spec.ts share: one durable PostgreSQL cluster (each suite has a database of its own in it) and Kafka.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from '@swc/core';
import { startKafkaForTests } from './support/kafka-server.mjs';

const DATABASE = path.resolve(import.meta.dirname, '../libs/database/src');
const COMPILED = path.resolve(import.meta.dirname, '../node_modules/.cache/rapport-test-setup');

export default async function setup() {
  process.env.LOG_LEVEL ??= 'warn'; // what a suite says should not drown in what its parts say
  const [postgres, kafka] = await Promise.all([startPostgres(), startKafkaForTests()]);
  process.env.RAPPORT_TEST_POSTGRES = postgres.url;
  if (kafka.brokers) process.env.RAPPORT_TEST_KAFKA = kafka.brokers;
  else process.env.RAPPORT_TEST_KAFKA_REASON = kafka.notRun;
  globalThis.stopSharedServers = () => Promise.all([postgres.stop(), kafka.stop?.()]);
}

async function startPostgres() {
  if (process.env.RAPPORT_TEST_POSTGRES) return { url: process.env.RAPPORT_TEST_POSTGRES, stop: async () => {} };
  const { startEmbeddedPostgres } = await importSource('embedded-postgres', ['postgres-guard']);
  return startEmbeddedPostgres();
}

// From the sources as they are, so that one test alone needs no build: Jest itself does not transform its set-up in ESM.
async function importSource(name, needed) {
  const folder = path.join(COMPILED, String(process.pid));
  await mkdir(folder, { recursive: true });
  for (const file of [...needed, name]) {
    const source = await readFile(path.join(DATABASE, `${file}.ts`), 'utf8');
    const { code } = await transform(source, { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } });
    await writeFile(path.join(folder, `${file}.js`), code);
  }
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  return import(pathToFileURL(path.join(folder, `${name}.js`)).href);
}
