import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Asked, readArguments, WrongArguments } from './arguments.js';

const BENCHES = ['append', 'http', 'page'];

describe('arguments of the benchmarks', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rapport-bench-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const asked = (...args: string[]): Asked => {
    const read = readArguments(args, BENCHES);
    if ('usage' in read) throw new Error('the usage');
    return read;
  };

  it('without any: everything, with the usual sizes', () => {
    expect(asked()).toEqual({
      names: BENCHES,
      settings: { quick: false, full: false, rounds: 5, seconds: 2, seed: 20261130, accounts: [5_000, 20_000] },
    });
  });

  it('of some benches, in the order that they run in, each once', () => {
    expect(asked('page', 'append', 'page').names).toEqual(['append', 'page']);
  });

  it('with numbers of their own', () => {
    const { settings } = asked('--rounds', '7', '--seconds', '0.5', '--seed', '3', '--accounts', '20000,10000');
    expect(settings).toMatchObject({ rounds: 7, seconds: 0.5, seed: 3, accounts: [10_000, 20_000] });
  });

  it('--json goes to standard output, or into a file that is not touched before there is something to write', () => {
    expect(asked('append', '--json').json).toBe('-');
    expect(asked('--json', '-').json).toBe('-');
    const file = path.join(folder, 'figures.json');
    expect(asked('--json', file, '--quick')).toMatchObject({ json: file, settings: { quick: true, rounds: 1, seconds: 1 } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('--help is the usage', () => {
    expect(readArguments(['--help'], BENCHES)).toEqual({
      usage: expect.stringMatching(/^Usage: npm run bench -- .*append,\s+http, page/s),
    });
  });

  it.each<[string[], RegExp]>([
    [['--rouns', '3'], /unknown option '--rouns'.*--rounds/],
    [['--rounds'], /'--rounds <n>' argument missing/],
    [['--rounds', '-1'], /'-1' is invalid.*a whole number above 0/],
    [['--rounds', '1.5'], /'1.5' is invalid.*a whole number above 0/],
    [['--rounds', '--quick'], /'--quick' is invalid/],
    [['--seconds', '0'], /'0' is invalid.*a number above 0/],
    [['--seconds', ''], /a number above 0/],
    [['--seed', 'x'], /'x' is invalid/],
    [['--accounts', '10,x'], /'10,x' is invalid|'x' is invalid/],
    [['--against'], /'--against <commit>' argument missing/],
    [['append', 'apend'], /no bench 'apend'; there is: append, http, page/],
    [['--json', 'append'], /'append' for its file, which is a bench/],
    [['--quick', '--full'], /exclude each other/],
  ])('%j are refused in a sentence', (args, sentence) => {
    expect(() => asked(...args)).toThrow(WrongArguments);
    expect(() => asked(...args)).toThrow(sentence);
  });

  it('a file that cannot be written is found out before anything is measured', () => {
    writeFileSync(path.join(folder, 'taken'), '');
    expect(() => asked('--json', folder)).toThrow(/cannot be written: EISDIR/);
    expect(() => asked('--json', path.join(folder, 'none', 'a.json'))).toThrow(/cannot be written: ENOENT/);
    expect(() => asked('--json', path.join(folder, 'taken', 'a.json'))).toThrow(/cannot be written: ENOTDIR/);
  });
});
