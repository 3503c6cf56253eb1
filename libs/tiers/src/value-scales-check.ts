import { defaultValueScales } from './value/scales.js';
import type { TierRulesCode } from './tier-rules-faults.js';

type Report = (pointer: string, code: TierRulesCode) => void;
type Members = Readonly<Record<string, unknown>>;

const DAYS_MAX = 3_660;
const MONTHS_MAX = 1_200;
const BASIS_POINTS_MAX = 10_000;
const POINTS_MAX = 100;
const ANSWER_MAX = 5;
const NAMES_MAX = 200;

/** Words among which a member chooses. */
const words: Readonly<Record<string, readonly string[]>> = { cash: ['below', 'atMost'], since: ['atLeast', 'moreThan'] };

/** The most that a whole number may be, told by what it counts: its unit stands last in its name. */
function maxOf(name: string): number {
  if (/BasisPoints$/.test(name)) return BASIS_POINTS_MAX;
  if (/days$/i.test(name)) return DAYS_MAX;
  if (/months$/i.test(name)) return MONTHS_MAX;
  if (name === 'points') return POINTS_MAX;
  return name === 'atMost' ? ANSWER_MAX : Number.MAX_SAFE_INTEGER;
}

/** Points by a firm's own words: these name what they like. */
const byWords: ReadonlySet<string> = new Set(['incomeBand', 'occupation', 'ageBand', 'referralSource']);

/**
 * The scales of value and behaviour that rules state: whole groups, in the form of the defaults, which hold for a group that
 * is left out. Reports every fault.
 */
export function checkValueScales(value: unknown, at: string, report: Report): void {
  const stated = asObject(value, at, report);
  for (const [name, group] of Object.entries(stated ?? {})) {
    const sample = (defaultValueScales as unknown as Members)[name];
    if (sample === undefined) report(`${at}/${escaped(name)}`, 'unknown-member');
    else like(withoutCurrency(sample), group, name, `${at}/${name}`, report);
  }
}

/** The currency is that of the rules. */
const withoutCurrency = (sample: unknown): unknown =>
  Object.fromEntries(Object.entries(sample as Members).filter(([name]) => name !== 'currency'));

function like(sample: unknown, value: unknown, name: string, at: string, report: Report): void {
  if (typeof sample === 'number') return aWhole(value, maxOf(name), at, report, /days$/i.test(name) ? 1 : 0);
  if (typeof sample === 'string') {
    if (!words[name]!.includes(value as string)) report(at, typeof value === 'string' ? 'not-allowed' : 'wrong-type');
    return;
  }
  if (byWords.has(name)) return pointsByWord(value, at, report);
  if (Array.isArray(sample))
    return typeof sample[0] === 'number' ? bounds(sample as number[], value, name, at, report) : steps(value, at, report);
  const members = asObject(value, at, report);
  if (!members) return;
  const known = sample as Members;
  for (const one of Object.keys(members)) if (!Object.hasOwn(known, one)) report(`${at}/${escaped(one)}`, 'unknown-member');
  for (const [one, inside] of Object.entries(known)) {
    if (!Object.hasOwn(members, one)) report(`${at}/${one}`, 'missing');
    else like(inside, members[one], one, `${at}/${one}`, report);
  }
}

/** As many bounds as there are by default, in the same direction. */
function bounds(sample: readonly number[], value: unknown, name: string, at: string, report: Report): void {
  if (!Array.isArray(value)) return report(at, 'wrong-type');
  if (value.length !== sample.length) return report(at, value.length < sample.length ? 'too-few' : 'out-of-range');
  for (const [nth, one] of value.entries()) {
    aWhole(one, maxOf(name), `${at}/${nth}`, report);
    const before = value[nth - 1] as unknown;
    const ascends = sample[0]! < sample[1]!;
    if (typeof one === 'number' && typeof before === 'number' && (ascends ? one < before : one > before))
      report(`${at}/${nth}`, 'out-of-range');
  }
}

function steps(value: unknown, at: string, report: Report): void {
  if (!Array.isArray(value)) return report(at, 'wrong-type');
  if (value.length > NAMES_MAX) return report(at, 'out-of-range');
  for (const [nth, one] of value.entries()) like({ from: 0, points: 0 }, one, '', `${at}/${nth}`, report);
}

function pointsByWord(value: unknown, at: string, report: Report): void {
  const members = asObject(value, at, report);
  if (!members) return;
  const names = Object.keys(members);
  if (names.length > NAMES_MAX) return report(at, 'out-of-range');
  for (const name of names) aWhole(members[name], POINTS_MAX, `${at}/${escaped(name)}`, report);
}

function aWhole(value: unknown, max: number, at: string, report: Report, min = 0): void {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isInteger(value))) report(at, 'wrong-type');
  else if (!(value >= min && value <= max)) report(at, 'out-of-range');
}

function asObject(value: unknown, at: string, report: Report): Members | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  report(at, 'wrong-type');
  return undefined;
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
