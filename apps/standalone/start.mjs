// Compiles what has changed, then runs an app's main in this very process, so that a signal reaches it and nothing else:
// `node apps/standalone/start.mjs <app> [arguments]`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [app, ...rest] = process.argv.slice(2);
const apps = readdirSync(path.join(root, 'apps'));
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) refuse(`Rapport needs Node.js 20.19 or newer, and this is ${process.versions.node}.`);
if (!apps.includes(app)) refuse(`${app === undefined ? 'Which app?' : `There is no app ${app}.`} The apps are ${apps.join(', ')}.`);
if (!existsSync(tsc)) refuse('Nothing is installed yet: run `npm ci` first.');
if (!isCompiled()) compile();
const main = path.join(root, 'dist/apps', app, 'src/main.js');
process.argv = [process.execPath, main, ...rest];
await import(pathToFileURL(main).href);

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}

/** As old as the sources that were compiled last, without a fault. */
function stampPath() {
  return path.join(root, 'dist/.compiled');
}

/** Whether nothing has changed since: the compiler takes a second and more to say the same. */
function isCompiled() {
  if (!existsSync(stampPath())) return false;
  const compiledMs = statSync(stampPath()).mtimeMs;
  // a folder's time tells of files that are gone
  const changed = (place) => statSync(path.join(root, place), { throwIfNoEntry: false })?.mtimeMs >= compiledMs;
  const within = (folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.name.endsWith('.ts'))
      .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
  const sources = ['apps', 'libs', 'test'].flatMap((folder) => [folder, ...within(folder)]);
  return ![...sources, 'package.json', 'package-lock.json', 'tsconfig.json'].some(changed);
}

function compile() {
  const began = new Date();
  const { status } = spawnSync(process.execPath, [tsc, '-b', root], {
    stdio: ['inherit', process.stderr, 'inherit'], // what an app prints is all there is on standard output
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stampPath(), '');
  utimesSync(stampPath(), began, began);
}
