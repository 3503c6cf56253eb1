// `npm run release:check [FILE]`: what must hold of the packages that a release carries, and its bill of materials (CycloneDX)
// in FILE, `dist/sbom.cdx.json` where none is named.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { faultsOf } from './supply.mjs';

const [file = 'dist/sbom.cdx.json', ...more] = process.argv.slice(2);
if (more.length > 0 || file.startsWith('-')) refuse('Usage: npm run release:check -- [FILE]');

const faults = faultsOf(JSON.parse(readFileSync('package-lock.json', 'utf8')), readFileSync('.npmrc', 'utf8'));
if (faults.length > 0) refuse(faults.join('\n'));

const { status, stdout, stderr, error } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
  shell: process.platform === 'win32',
});
if (error || status !== 0) refuse(`npm sbom says: ${error?.message ?? (stderr + stdout).trim().slice(0, 2_000)}`);
const { components } = JSON.parse(stdout);
mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
writeFileSync(file, stdout);
console.log(`${components.length} production packages, none with telemetry, no install script runs; bill of materials in ${file}`);

function refuse(text) {
  console.error(text);
  process.exit(1);
}
