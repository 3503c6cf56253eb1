// npm run soak [-- --quick] [--seed N] [--mutants [--only TEXT]] [--report FILE]
import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const options = {
  quick: { type: 'boolean', default: false },
  mutants: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  seed: { type: 'string' },
  report: { type: 'string' },
} as const;
const values = given();
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
if (!Number.isSafeInteger(seed)) {
  console.error('--seed is a whole number');
  process.exit(2);
}
process.env.LOG_LEVEL ??= 'fatal'; // of the checker, and read when its parts are loaded; the processes write to a file
const { soak } = await import('./run.js');
const { huntReport, reportOf } = await import('./report.js');
const { SIZES } = await import('./plan.js');
const { NoBroker } = await import('./servers.js');
const say = (line: string): void => console.log(line);
say(`seed ${seed}`);
process.exitCode = (await (values.mutants ? hunt() : run())) ? 0 : 1;

function given() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error((error as Error).message);
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
  const { MUTANTS } = await import('./mutants.js');
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
