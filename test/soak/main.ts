// npm run soak [-- --quick] [--seed N] [--mutants [--only TEXT]] [--report FILE]
import { rmSync, writeFileSync } from 'node:fs';
import { type Asked, readArguments, usageOf, WrongArguments } from './arguments.js';
import { MUTANTS } from './mutants.js';

const values = given();
const { seed } = values;
process.env.LOG_LEVEL ??= 'fatal'; // of the checker, and read when its parts are loaded; the processes write to a file
const { soak } = await import('./run.js');
const { huntReport, reportOf } = await import('./report.js');
const { SIZES } = await import('./plan.js');
const { NoBroker } = await import('./servers.js');
const say = (line: string): void => console.log(line);
say(`seed ${seed}`);
process.exitCode = (await (values.mutants ? hunt() : run())) ? 0 : 1;

function given(): Asked {
  const mutants = MUTANTS.map(({ name }) => name);
  try {
    const asked = readArguments(process.argv.slice(2), mutants);
    if (!('usage' in asked)) return asked;
    console.log(asked.usage);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof WrongArguments)) throw error;
    console.error(`${error.message}\n\n${usageOf(mutants)}`);
    process.exit(2);
  }
}

async function run(): Promise<boolean> {
  const { text, ...counts } = await soak({ seed, size: values.quick ? SIZES.quick : SIZES.full, root: process.cwd(), say }).then(
    reportOf,
    (error: unknown) => {
      if (!(error instanceof NoBroker)) throw error;
      const required = process.env.REQUIRE_KAFKA === '1' ? 1 : 0;
      return { text: `NOT RUN, no Kafka: ${error.message}`, passed: 0, failed: required, notRun: [error.message] };
    },
  );
  say(text);
  if (values.report) writeFileSync(values.report, JSON.stringify(counts));
  return counts.failed === 0;
}

/** The test is tested: each mutant of the product must be found. */
async function hunt(): Promise<boolean> {
  const { build } = await import('./mutant-build.js');
  const hunts = [];
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(values.only))) {
    say(`\n${mutant.name}`);
    const root = build(mutant);
    const remove = (): void => rmSync(root, { recursive: true, force: true });
    process.once('exit', remove);
    try {
      const { kills, found } = await soak({ seed, size: SIZES.hunt, root, untilFound: true, say });
      say(found.slice(0, 5).join('\n'));
      hunts.push({ name: mutant.name, kills, found });
    } catch (error) {
      say(`the soak itself broke, which finds nothing: ${String(error)}`);
      hunts.push({ name: mutant.name, kills: 0, found: [] });
    } finally {
      remove();
      process.removeListener('exit', remove);
    }
  }
  say(huntReport(seed, hunts));
  return hunts.every(({ found }) => found.length > 0);
}
