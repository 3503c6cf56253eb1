// npm run bench -- append|clocks|timekeeper|tiers|rebuild [--rounds N] [--seconds S] [--protocol simple|prepared] [--accounts 10000,1000000] [--json]
import { parseArgs } from 'node:util';
import { benchAppend } from './append.js';
import { benchClocks } from './clocks.js';
import { benchRebuild } from './rebuild.js';
import { benchTiers } from './tiers.js';
import { benchTimekeeper } from './timekeeper.js';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    protocol: { type: 'string', default: 'simple' },
    accounts: { type: 'string', default: '10000,100000,1000000' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const benches = { append: benchAppend, clocks: benchClocks, timekeeper: benchTimekeeper, tiers: benchTiers, rebuild: benchRebuild };
const settings = {
  rounds: positive(values.rounds),
  seconds: positive(values.seconds),
  protocol: protocolNamed(values.protocol),
  accounts: values.accounts.split(',').map(positive),
};
const chosen = (positionals.length > 0 ? positionals : Object.keys(benches)) as (keyof typeof benches)[];
const unknown = chosen.find((name) => !Object.hasOwn(benches, name));
if (unknown) {
  console.error(`no bench ${unknown}; there is: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const document: Record<string, unknown> = {};
for (const name of chosen) {
  const { ratios, report } = await benches[name](settings);
  document[name] = ratios;
  if (!values.json) console.log(report);
}
if (values.json) console.log(JSON.stringify(document));

function protocolNamed(text: string): 'simple' | 'prepared' {
  if (text === 'simple' || text === 'prepared') return text;
  console.error('--protocol is simple, which is pgbench’s own default, or prepared');
  process.exit(2);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`${text} is not a number above 0`);
  process.exit(2);
}
