// npm run bench -- [name ...] [--quick] [--rounds N] [--seconds S] [--seed N] [--accounts 10000,1000000] [--json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benches } from './benches.js';
import type { BenchResult } from './bench.js';
import { machine, report, rowsOf } from './report.js';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '20261130' },
    accounts: { type: 'string' },
    json: { type: 'string' },
  },
  allowPositionals: true,
});
const { quick } = values;
const settings = {
  quick,
  rounds: positive(values.rounds ?? (quick ? '1' : '5')),
  seconds: positive(values.seconds ?? (quick ? '1' : '3')),
  seed: positive(values.seed),
  accounts: (values.accounts ?? (quick ? '1000,5000' : '10000,50000')).split(',').map(positive),
};
const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = chosen.find((name) => !Object.hasOwn(benches, name));
if (unknown) {
  console.error(`no bench ${unknown}; there is: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const results: Record<string, BenchResult> = {};
const broken: string[] = [];
const before = machine();
const start = performance.now();
for (const name of chosen) {
  console.error(`\n${name}`);
  try {
    const result = await benches[name]!(settings);
    results[name] = result;
    console.error(rowsOf([result])); // at once, lest a fault further on takes it along
  } catch (error) {
    broken.push(name);
    console.error(error);
  }
}
const seconds = Math.round((performance.now() - start) / 1_000);
console.log(report(results, settings, before, seconds));
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: before, settings, seconds, broken, results }, undefined, 2)}\n`);
if (broken.length > 0) {
  console.error(`BROKEN: ${broken.join(', ')}`);
  process.exitCode = 1;
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`${text} is not a number above 0`);
  process.exit(2);
}
