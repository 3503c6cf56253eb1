import { closeSync, openSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface Asked {
  quick: boolean;
  /** The soak itself is tested: each mutant whose name holds `only`. */
  mutants: boolean;
  only: string;
  seed: number;
  /** Where the counts go as JSON. */
  report?: string;
}

/** What was asked for cannot be done: a sentence. */
export class WrongArguments extends Error {}

const SEED_MAX = 1_000_000;

/** As it was asked for, or the usage where that was asked for. Throws WrongArguments. */
export function readArguments(args: readonly string[], mutants: readonly string[]): Asked | { usage: string } {
  const program = programOf(mutants);
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { usage: program.helpInformation() };
    throw new WrongArguments(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
  const asked = program.opts<Omit<Asked, 'seed'> & { seed?: number }>();
  if (asked.only !== '' && !asked.mutants) throw new WrongArguments('--only chooses among --mutants, which were not asked for');
  if (!mutants.some((name) => name.includes(asked.only))) {
    throw new WrongArguments(`no mutant's name holds '${asked.only}'; they are: ${mutants.join('; ')}`);
  }
  if (asked.report !== undefined) findWritable(asked.report);
  return { ...asked, seed: asked.seed ?? Math.floor(Math.random() * SEED_MAX) };
}

export const usageOf = (mutants: readonly string[]): string => programOf(mutants).helpInformation();

function programOf(mutants: readonly string[]): Command {
  return new Command('npm run soak --')
    .description('Kills, freezes and cuts off every part under load, and compares what is left. test/soak/README.md says what must hold.')
    .option('--quick', 'one round, about two minutes', false)
    .option('--seed <n>', 'repeats the plan of faults of that number', wholeNumber)
    .option('--mutants', `the soak itself tested, by ${mutants.length} faults of the product that it must find`, false)
    .option('--only <text>', 'of the mutants those whose name holds this', '')
    .option('--report <file>', 'the counts as JSON too')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
}

/** Found out now rather than when everything has been measured. */
function findWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new WrongArguments(`the file of --report cannot be written: ${(error as Error).message}`);
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a whole number.');
}
