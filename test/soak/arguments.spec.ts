import { describe, expect, it } from '@jest/globals';
import { readArguments, WrongArguments } from './arguments.js';

const MUTANTS = ['the relay forgets', 'a seal is skipped'];

describe('arguments of the soak', () => {
  it('without any: the full size, with a seed of its own', () => {
    expect(readArguments([], MUTANTS)).toEqual({ quick: false, mutants: false, only: '', seed: expect.any(Number) });
  });

  it('of one mutant, with a seed', () => {
    expect(readArguments(['--mutants', '--only', 'seal', '--seed', '5'], MUTANTS)).toMatchObject({ mutants: true, only: 'seal', seed: 5 });
  });

  it('--help is the usage', () => {
    expect(readArguments(['--help'], MUTANTS)).toEqual({ usage: expect.stringMatching(/^Usage: npm run soak -- .*by 2\s+faults/s) });
  });

  it.each<[string[], RegExp]>([
    [['--quik'], /unknown option '--quik'.*--quick/],
    [['more'], /too many arguments/],
    [['--seed'], /'--seed <n>' argument missing/],
    [['--seed', 'x'], /'x' is invalid.*a whole number/],
    [['--seed', ''], /a whole number/],
    [['--only', 'seal'], /among --mutants/],
    [['--mutants', '--only', 'sael'], /no mutant's name holds 'sael'; they are: the relay forgets; a seal is skipped/],
    [['--report', '/none/a.json'], /cannot be written: ENOENT/],
  ])('%j are refused in a sentence', (args, sentence) => {
    expect(() => readArguments(args, MUTANTS)).toThrow(WrongArguments);
    expect(() => readArguments(args, MUTANTS)).toThrow(sentence);
  });
});
