import { rm } from 'node:fs/promises';
import path from 'node:path';

export default async function teardown() {
  await globalThis.stopSharedServers?.();
  const compiled = path.resolve(import.meta.dirname, '../node_modules/.cache/rapport-test-setup', String(process.pid));
  await rm(compiled, { recursive: true, force: true });
}
