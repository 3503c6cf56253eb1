import { languages } from '#event-sourcing';
import type { BilingualText } from './format.js';
import type { Place } from './format-faults.js';
import { dateOf, dayOf } from '../calendar/zone.js';

/** Letters of any script, digits, and what joins them in codes; begins with a letter or a digit. */
export const CODE_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.:/-]{0,63}$';
export const DATE_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';
export const INSTANT_PATTERN =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$';
const code = new RegExp(CODE_PATTERN, 'u');
const date = new RegExp(DATE_PATTERN);
const instant = new RegExp(INSTANT_PATTERN);

export type Members = Readonly<Record<string, unknown>>;

/** Each check answers the value where it holds, and undefined where it has put a fault. A member that is undefined is absent. */
export function anObject(value: unknown, place: Place): Members | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  place.fault('wrong-type');
  return undefined;
}

/** Whoever has that many faults to mend needs not be told of further members that nobody knows. */
const FAULTS_ENOUGH = 1_000;

/** The members of an object that has all of `required`, perhaps some of `optional`, and none else. */
export function membersOf(
  value: unknown,
  place: Place,
  required: readonly string[],
  optional: readonly string[] = [],
): Members | undefined {
  const object = anObject(value, place);
  if (!object) return undefined;
  for (const name of Object.keys(object)) {
    if (place.faults.length >= FAULTS_ENOUGH) break;
    if (object[name] !== undefined && !required.includes(name) && !optional.includes(name)) place.at(name).fault('unknown-member');
  }
  const absent = required.filter((name) => !has(object, name));
  for (const name of absent) place.at(name).fault('missing');
  return object;
}

export const has = (object: Members, name: string): boolean => Object.hasOwn(object, name) && object[name] !== undefined;

/** Runs a check on a member if it is there. */
export function within<T>(object: Members, name: string, place: Place, check: (value: unknown, place: Place) => T): T | undefined {
  return has(object, name) ? check(object[name], place.at(name)) : undefined;
}

export function aList(value: unknown, place: Place, min: number, max: number): readonly unknown[] | undefined {
  if (!Array.isArray(value)) {
    place.fault('wrong-type');
    return undefined;
  }
  if (value.length < min) place.fault('too-few');
  if (value.length > max) {
    place.fault('too-many');
    return undefined;
  }
  return value as readonly unknown[];
}

/** A list whose items hold `check` and occur once. */
export function aSet<T>(
  value: unknown,
  place: Place,
  [min, max]: readonly [number, number],
  check: (value: unknown, place: Place) => T | undefined,
): readonly T[] | undefined {
  const seen = new Set<T>();
  aList(value, place, min, max)?.forEach((item, i) => {
    const checked = check(item, place.at(i));
    if (checked === undefined) return;
    if (seen.has(checked)) place.at(i).fault('duplicate');
    seen.add(checked);
  });
  return [...seen];
}

export function anInteger(min: number, max: number) {
  return (value: unknown, place: Place): number | undefined => {
    if (typeof value !== 'number') place.fault('wrong-type');
    else if (!Number.isInteger(value)) place.fault(Number.isFinite(value) ? 'wrong-type' : 'out-of-range');
    else if (value < min || value > max) place.fault('out-of-range');
    else return value;
    return undefined;
  };
}

export function aFlag(value: unknown, place: Place): boolean | undefined {
  if (typeof value === 'boolean') return value;
  place.fault('wrong-type');
  return undefined;
}

export function oneOf<T extends string>(allowed: readonly T[]) {
  return (value: unknown, place: Place): T | undefined => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) place.fault(typeof value === 'string' ? 'not-allowed' : 'wrong-type');
    return found;
  };
}

/** Text that is not blank, of at most `max` UTF-16 units. */
export function aText(max: number) {
  return (value: unknown, place: Place): string | undefined => {
    if (typeof value !== 'string') place.fault('wrong-type');
    else if (value.length > max) place.fault('too-long');
    else if (value.trim() === '') place.fault('too-short');
    else return value;
    return undefined;
  };
}

/** A text in both languages. */
export function bilingual(max: number) {
  return (value: unknown, place: Place): BilingualText | undefined => {
    const members = membersOf(value, place, languages);
    if (!members) return undefined;
    const zh = within(members, 'zh', place, aText(max));
    const en = within(members, 'en', place, aText(max));
    return zh !== undefined && en !== undefined ? { zh, en } : undefined;
  };
}

function matching(pattern: RegExp, max: number) {
  return (value: unknown, place: Place): string | undefined => {
    if (typeof value !== 'string') place.fault('wrong-type');
    else if (value === '') place.fault('too-short');
    else if (value.length > max) place.fault('too-long');
    else if (!pattern.test(value)) place.fault('bad-format');
    else return value;
    return undefined;
  };
}

export const aCode = matching(code, 64);

export function aDate(value: unknown, place: Place): string | undefined {
  const text = matching(date, 10)(value, place);
  if (text === undefined || isRealDate(text)) return text;
  place.fault('not-a-date');
  return undefined;
}

/** Milliseconds since 1970. */
export function anInstant(value: unknown, place: Place): number | undefined {
  const text = matching(instant, 29)(value, place);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (isRealDate(text.slice(0, 10)) && !Number.isNaN(at)) {
    // in UTC the year may be one that four digits do not hold, and then instants no longer sort as text
    if (at >= FIRST_INSTANT && at <= LAST_INSTANT) return at;
    place.fault('out-of-range');
  } else place.fault('not-a-date');
  return undefined;
}

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Of a text in the form of a date: whether the calendar of the world has it, from year 1. */
export function isRealDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return at >= FIRST_INSTANT && new Date(at).toISOString().startsWith(text);
}

/** The local date so many days later. */
export const dateAfter = (localDate: string, days: number): string => dateOf(dayOf(localDate) + days);
