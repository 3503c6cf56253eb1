import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { BenchSettings } from './bench.js';

export interface Asked {
  /** Of the benches, in the order that they run in. */
  names: readonly string[];
  settings: BenchSettings;
  /** Where the figures go as JSON; `-`: to standard output, and the table to standard error. */
  json?: string;
  /** The revision to measure beside this one. */
  against?: string;
}

/** What was asked for cannot be done: a sentence. */
export class WrongArguments extends Error {}

const ROUNDS = { quick: 1, usual: 5 };
const SECONDS = { quick: 1, usual: 2 };
const ACCOUNTS = { quick: [1_000, 5_000], usual: [5_000, 20_000], full: [10_000, 1_000_000] };
export const STANDARD_OUTPUT = '-';

interface Options {
  quick?: boolean;
  full?: boolean;
  rounds?: number;
  seconds?: number;
  seed: number;
  accounts?: number[];
  json?: string | true;
  against?: string;
}

/** As it was asked for, or the usage where that was asked for. Throws WrongArguments. */
export function readArguments(args: readonly string[], benches: readonly string[]): Asked | { usage: string } {
  const program = programOf(benches);
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { usage: program.helpInformation() };
    throw new WrongArguments(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
  const { quick = false, full = false, rounds, seconds, seed, accounts, json, against } = program.opts<Options>();
  if (quick && full) throw new WrongArguments('--quick and --full exclude each other');
  const size = quick ? 'quick' : 'usual';
  return {
    names: chosenOf(program.args, benches),
    settings: {
      quick,
      full,
      seed,
      rounds: rounds ?? ROUNDS[size],
      seconds: seconds ?? SECONDS[size],
      accounts: accounts ?? ACCOUNTS[full ? 'full' : size],
    },
    ...(json !== undefined && { json: fileOf(json, benches) }),
    ...(against !== undefined && { against }),
  };
}

export const usageOf = (benches: readonly string[]): string => programOf(benches).helpInformation();

function programOf(benches: readonly string[]): Command {
  return new Command('npm run bench --')
    .description('Measures Rapport, most of it beside a peer in one run, and prints one table. test/bench/README.md says how to read it.')
    .argument('[name...]', `what to measure, all of it if none is named: ${benches.join(', ')}`)
    .option('--quick', 'small sizes and one round: shows that everything runs; its figures are no measurements')
    .option('--full', 'the big sizes, e.g. a rebuild of 1,000,000 events: takes many times as long')
    .option('--rounds <n>', `how often each side is measured; ${ROUNDS.usual} unless told otherwise`, wholeNumber)
    .option('--seconds <n>', `of each measurement that is bounded by time; ${SECONDS.usual} unless told otherwise`, numberAboveZero)
    .option('--seed <n>', 'of everything that is chosen at random', wholeNumber, 20261130)
    .option('--accounts <n,...>', 'over how many accounts a month end is evaluated, e.g. 10000,1000000', wholeNumbers)
    .option('--json [file]', 'also the figures as JSON, into a file; without one to standard output, and the table to standard error')
    .option('--against <commit>', 'build that revision too, measure both in turn, and say of each row whether this one is slower')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
}

function chosenOf(asked: readonly string[], benches: readonly string[]): string[] {
  const unknown = asked.find((name) => !benches.includes(name));
  if (unknown !== undefined) throw new WrongArguments(`there is no bench '${unknown}'; there is: ${benches.join(', ')}`);
  return asked.length === 0 ? [...benches] : benches.filter((name) => asked.includes(name));
}

/** Found out now rather than when everything has been measured. */
function fileOf(json: string | true, benches: readonly string[]): string {
  if (json === true || json === STANDARD_OUTPUT) return STANDARD_OUTPUT;
  if (benches.includes(json)) {
    throw new WrongArguments(`--json takes '${json}' for its file, which is a bench: name the benches first, or write --json -`);
  }
  const before = existsSync(json);
  try {
    closeSync(openSync(json, 'a'));
  } catch (error) {
    throw new WrongArguments(`the file of --json cannot be written: ${(error as Error).message}`);
  }
  if (!before) rmSync(json);
  return json;
}

function numberAboveZero(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

const wholeNumbers = (text: string): number[] =>
  text
    .split(',')
    .map(wholeNumber)
    .sort((a, b) => a - b);
