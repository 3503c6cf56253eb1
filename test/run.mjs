// `npm test`: the checks side by side, every suite on what it needs, a short soak, and one closing line that says how it went.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const bin = (name) => path.join('node_modules', name);
const cache = (...names) => path.join('node_modules', '.cache', ...names); // gone with `npm ci`: a clean checkout looks at everything
const words = (text) => text.split(' ');
const node = process.execPath;

const SOAK_SEED = '10'; // its one round has a fault of nearly every kind
const children = new Set();
let stopped = false; // by a signal: nothing more is begun
function run(command, args, hear) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: hear ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    children.add(child);
    if (hear) for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
    child.once('error', () => resolve(1));
    child.once('close', (code) => {
      children.delete(child);
      resolve(code ?? 1);
    });
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal);
    stopped = true;
    process.exitCode = 130;
  });
}

if (!existsSync(bin('jest/package.json'))) {
  console.error('Nothing is installed yet: run `npm ci` first.');
  process.exit(2);
}

let [passed, failed, notRun] = [0, 0, []];
const checksOnly = process.argv.includes('--checks-only');
const began = Date.now();
await Promise.all([
  check('format', [
    bin('prettier/bin/prettier.cjs'),
    ...words('--check --log-level warn --cache --cache-strategy content --cache-location'),
    cache('prettier', 'cache.json'),
    '.',
  ]),
  check('types', [bin('typescript/bin/tsc'), '-b']).then((ok) =>
    check('lint', ['test/lint.mjs', ...(ok ? ['--since', String(began)] : [])]),
  ),
  check('architecture', [
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...words('--config .dependency-cruiser.cjs --cache-strategy content --cache'),
    cruised(),
    ...words('apps libs test'),
  ]),
]);

async function check(name, args) {
  const said = [];
  const ok = (await run(node, args, (text) => said.push(text))) === 0;
  process.stdout.write(Buffer.concat(said));
  console.log(`${ok ? 'PASS' : 'FAIL'} ${name}`);
  if (ok) passed++;
  else failed++;
  return ok;
}

// dependency-cruiser's cache knows of changed sources and rules, not of what these say of a package
function cruised() {
  const digest = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) digest.update(readFileSync(file));
  const folder = cache('dependency-cruiser', digest.digest('hex').slice(0, 12));
  if (!existsSync(folder)) rmSync(path.dirname(folder), { recursive: true, force: true });
  return folder;
}

if (!checksOnly && !stopped) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-test-'));
  const report = path.join(folder, 'report.json');
  const jest = [
    '--no-warnings',
    '--experimental-vm-modules',
    bin('jest/bin/jest.js'),
    '--json',
    `--outputFile=${report}`,
    '--silent=false',
    '--maxWorkers=2', // a suite waits more than it works: two at once take half the time on two cores
    ...process.argv.slice(2),
  ];
  const code = await run(node, jest);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    passed += result.numPassedTests;
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    notRun = result.testResults.flatMap((suite) =>
      suite.assertionResults.filter((test) => test.status === 'pending').map((test) => test.fullName),
    );
    if (code !== 0 && result.success) failed++; // suites passed, and what they started did not stop
  } catch {
    failed++;
    console.error('the test runner ended without a report');
  }
  if (process.argv.length === 2 && !stopped) await soak(path.join(folder, 'soak.json'));
  rmSync(folder, { recursive: true, force: true });
}

/** On its own servers, since it kills them. */
async function soak(file) {
  await run(node, ['dist/test/soak/main.js', '--quick', '--seed', SOAK_SEED, '--report', file]);
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    passed += result.passed;
    failed += result.failed;
    notRun.push(...result.notRun.map((name) => `soak: ${name}`));
  } catch {
    failed++;
    console.error('the soak ended without a report');
  }
}

if (notRun.length > 0) console.log(`\nNOT RUN:\n${notRun.map((name) => `  ${name}`).join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode ||= failed > 0 ? 1 : 0;
