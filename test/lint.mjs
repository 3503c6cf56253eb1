// Lints what may have changed its answer since it was found clean: a file itself, or a type that it can see. ESLint's own cache
// knows a file's text alone, and goes on calling clean what a type elsewhere has made wrong. Others see of a file what `tsc -b`, which
// has run before, declared of it, so that an edit inside a function leaves its callers alone.
// `--since MS`: the declarations are of the sources as they were then, so that what is found clean may be remembered.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ESLint } from 'eslint';
import ts from 'typescript';

const MEMORY = 'node_modules/.cache/lint/clean.json';
const REMEMBERED_MAX = 10_000; // of several branches
/** What these say is true of every file. */
const EVERYWHERE = ['eslint.config.mjs', 'tsconfig.json', 'package.json', 'package-lock.json', 'test/lint.mjs'];

const digestOf = (...texts) => createHash('sha256').update(texts.join('\0')).digest('base64url');
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The files of ours that a text imports. */
function importsOf(file, text) {
  return ts.preProcessFile(text, true, false).importedFiles.flatMap(({ fileName }) => {
    if (fileName.startsWith('#')) return [`libs/${fileName.slice(1)}/src/index.ts`];
    if (fileName.startsWith('.')) return [path.join(path.dirname(file), fileName).replace(/\.js$/, '.ts')];
    return [];
  });
}

const declarations = new Map();
function declarationsOf(file) {
  if (!declarations.has(file)) {
    const text = textOf(path.join('dist', file.replace(/\.ts$/, '.d.ts')));
    declarations.set(file, { digest: digestOf(file, text), imports: importsOf(file, text) });
  }
  return declarations.get(file);
}

const everywhere = digestOf(process.version, ...EVERYWHERE.map(textOf));
/** The same as long as the linter would say the same. */
function keyOf(file) {
  const text = textOf(file);
  const seen = new Set(importsOf(file, text));
  for (const other of seen) for (const further of declarationsOf(other).imports) seen.add(further); // the loop comes to what it adds
  return digestOf(everywhere, file, text, ...[...seen].sort().map((other) => declarationsOf(other).digest));
}

const { since } = parseArgs({ options: { since: { type: 'string' } } }).values;
const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file));
const files = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd()).fileNames.map((file) => path.relative('', file));
const keys = new Map(files.map((file) => [file, keyOf(file)]));
const remembered = new Set(existsSync(MEMORY) ? JSON.parse(readFileSync(MEMORY, 'utf8')) : []);
const asked = files.filter((file) => !remembered.has(keys.get(file)));

const eslint = new ESLint();
const results = asked.length > 0 ? await eslint.lintFiles(asked) : [];
process.stdout.write(await (await eslint.loadFormatter('stylish')).format(results));
console.log(`lint: ${asked.length} of ${files.length} files, the others see what they saw`);
process.exitCode = results.some(({ errorCount }) => errorCount > 0) ? 1 : 0;

// a file that was saved meanwhile may have been linted beside declarations that were not its own
const still = since !== undefined && files.every((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs < Number(since));
if (still) {
  const faulty = new Set(results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => path.relative('', filePath)));
  const clean = files.filter((file) => !faulty.has(file)).map((file) => keys.get(file));
  mkdirSync(path.dirname(MEMORY), { recursive: true });
  writeFileSync(`${MEMORY}.new`, JSON.stringify([...new Set([...clean, ...remembered])].slice(0, REMEMBERED_MAX)));
  renameSync(`${MEMORY}.new`, MEMORY);
}
