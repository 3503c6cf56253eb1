// Compiles what has changed, then runs an app's main in this very process, so that a signal reaches it and nothing else:
// `node apps/standalone/start.mjs <app> [arguments]`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');
const [app, ...rest] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', root], {
  stdio: ['inherit', process.stderr, 'inherit'], // what an app prints is all there is on standard output
});
if (status !== 0) process.exit(status ?? 1);
const main = path.join(root, 'dist/apps', app, 'src/main.js');
process.argv = [process.execPath, main, ...rest];
await import(pathToFileURL(main).href);
