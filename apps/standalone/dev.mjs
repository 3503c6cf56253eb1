// `npm run dev`: compiles on change and restarts the standalone on the embedded database.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const tsc = path.join('node_modules', 'typescript', 'bin', 'tsc');
if (!existsSync(tsc)) {
  console.error('Nothing is installed yet: run `npm ci` first.');
  process.exit(2);
}
const first = spawnSync(process.execPath, [tsc, '-b'], { stdio: 'inherit' });
if (first.status !== 0) console.error('compile errors above: waiting for a change');

const inspect = process.argv.includes('--inspect') ? ['--inspect=127.0.0.1:9229'] : [];
const rest = process.argv.slice(2).filter((argument) => argument !== '--inspect');
// before anything watches: what is asked for wrongly ends here, with a sentence
if (first.status === 0) (await import('../../dist/apps/standalone/src/arguments.js')).parseArguments(rest);
const children = [
  spawn(process.execPath, [tsc, '-b', '--watch', '--preserveWatchOutput'], { stdio: ['ignore', 'inherit', 'inherit'] }),
  spawn(
    process.execPath,
    ['--watch', '--watch-preserve-output', '--enable-source-maps', ...inspect, 'dist/apps/standalone/src/main.js', ...rest],
    {
      stdio: 'inherit',
    },
  ),
];
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => children.forEach((child) => child.kill(signal)));
