// npm run bench -- [name ...] [--quick | --full] [--rounds N] [--seconds S] [--seed N] [--json [FILE]] [--against COMMIT]
import { writeFileSync } from 'node:fs';
import { measureAgainst } from './against.js';
import { type Asked, readArguments, STANDARD_OUTPUT, usageOf, WrongArguments } from './arguments.js';
import type { BenchResult } from './bench.js';
import { benches } from './benches.js';
import { machine, report, rowsOf } from './report.js';
import { Interrupted, ProcessFailed } from './run-process.js';

const INTERRUPTED = 130;

/** Exit codes: 0 done; 1 a bench broke, or something is slower than before; 2 asked for wrongly; 130 interrupted. */
async function run(args: readonly string[]): Promise<number> {
  const names = Object.keys(benches);
  try {
    const asked = readArguments(args, names);
    if ('usage' in asked) {
      console.log(asked.usage);
      return 0;
    }
    const { table, document, failed } = asked.against === undefined ? await measure(asked) : await measureAgainst(asked, asked.against);
    const toOutput = asked.json === STANDARD_OUTPUT;
    (toOutput ? console.error : console.log)(table);
    const json = `${JSON.stringify(document, undefined, 2)}\n`;
    if (toOutput) process.stdout.write(json);
    else if (asked.json !== undefined) writeFileSync(asked.json, json);
    return failed ? 1 : 0;
  } catch (error) {
    if (error instanceof WrongArguments) {
      console.error(`${error.message}\n\n${usageOf(names)}`);
      return 2;
    }
    if (error instanceof Interrupted || error instanceof ProcessFailed) {
      console.error(error.message);
      return error instanceof Interrupted ? INTERRUPTED : 1;
    }
    throw error;
  }
}

async function measure({ names, settings }: Asked): Promise<{ table: string; document: object; failed: boolean }> {
  const results: Record<string, BenchResult> = {};
  const broken: string[] = [];
  const took: Record<string, number> = {};
  const before = machine();
  const start = performance.now();
  for (const name of names) {
    console.error(`\n${name}`);
    const from = performance.now();
    try {
      const result = await benches[name]!(settings);
      results[name] = result;
      console.error(rowsOf([result])); // at once, lest a fault further on takes it along
    } catch (error) {
      broken.push(name);
      console.error(error);
    }
    took[name] = Math.round((performance.now() - from) / 1_000);
  }
  const seconds = Math.round((performance.now() - start) / 1_000);
  const table = report(results, settings, before, took);
  return {
    table: broken.length === 0 ? table : `${table}\n\nBROKEN: ${broken.join(', ')}`,
    document: { machine: before, settings, seconds, took, broken, results },
    failed: broken.length > 0,
  };
}

process.exitCode = await run(process.argv.slice(2));
