import { table } from '../bench/ratios.js';
import { shown } from './checks/check.js';
import { rebuiltUnderLoad } from './faults/rebuilds.js';
import type { SoakResult } from './run.js';

export interface Report {
  text: string;
  passed: number;
  failed: number;
  /** Faults that this machine could not be put to. */
  notRun: readonly string[];
}

/** Figures and findings; the last line says how many checks passed and failed. */
export function reportOf(result: SoakResult): Report {
  const { seed, rounds, kills, lostAnswers, faults, load, tailed, checks, found, exits, notRun, seconds } = result;
  const figures = [
    ['what', 'count'],
    ['seed', String(seed)],
    ['rounds', String(rounds)],
    ['SIGKILLs', String(kills)],
    ['commands acknowledged', String(load.acknowledged)],
    ['commands refused', String(load.refused)],
    ['commands whose outcome nobody asked for again', String(load.unknown)],
    ['questions without an answer, asked again', String(load.asked)],
    ['answers dropped after the commit', String(lostAnswers)],
    ['commands repeated, each answered as before', String(load.repeated)],
    ['reads that named the position of a write', String(load.reads)],
    ['events tail-read', String(tailed)],
    ['read models rebuilt, 5 rebalances or more each', String(faults.get(rebuiltUnderLoad.name) ?? 0)],
    ['seconds', String(seconds)],
  ];
  const done = [...faults].sort().map(([name, times]) => [name, String(times)]);
  const ended = [...exits].map(([who, times]) => `${who} (${times}x)`);
  const passed = checks.filter(({ findings }) => findings.length === 0);
  const violations = found.filter((sentence) => !checks.some(({ name }) => sentence.startsWith(`${name}: `)));
  const failed = checks.length - passed.length + violations.length;
  const lines = [
    '',
    table(figures),
    '',
    table([['fault', 'times'], ...done]),
    ...(ended.length > 0 ? ['', `ended by themselves and were started again:\n${ended.map((line) => `  ${line}`).join('\n')}`] : []),
    ...(notRun.length > 0 ? ['', `NOT RUN on this machine:\n${notRun.map((name) => `  ${name}`).join('\n')}`] : []),
    '',
    ...checks.map(
      (check) =>
        `${check.findings.length === 0 ? 'PASS' : 'FAIL'} ${check.name} (${check.compared})${check.findings.length > 0 ? `: ${shown(check)}` : ''}`,
    ),
    ...violations.map((sentence) => `FAIL ${sentence}`),
    `${passed.length} passed, ${failed} failed`,
  ];
  return { text: lines.join('\n'), passed: passed.length, failed, notRun };
}

/** Which mutant was found by what, and after how many kills. */
export function huntReport(seed: number, hunts: readonly { name: string; kills: number; found: readonly string[] }[]): string {
  const rows = hunts.map(({ name, kills, found }) => [name, String(kills), found[0]?.split(':', 1)[0] ?? 'NOT FOUND']);
  const missed = hunts.filter(({ found }) => found.length === 0).length;
  const summary = `${hunts.length - missed} passed, ${missed} failed`;
  return ['', `seed ${seed}`, table([['mutant', 'SIGKILLs', 'found by'], ...rows]), summary].join('\n');
}
