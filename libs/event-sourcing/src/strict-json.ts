import { isUtf8 } from 'node:buffer';

export const DEPTH_MAX = 32;

// what every object has, such as toString: libraries between here and there would take a member for it
const RESERVED_NAMES = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Whether JavaScript gives the name a meaning of its own; no member and no parameter of ours has one. */
export const isReservedName = (name: string): boolean => RESERVED_NAMES.has(name);

const LONE_SURROGATE = /\p{Surrogate}/u;

export const JSON_FAULTS_MAX = 50;

/** What is wrong with one member of a text that is JSON. */
export interface JsonFault {
  /** RFC 6901. */
  pointer: string;
  code: 'unknown-member' | 'duplicate-member' | 'too-deep' | 'too-many' | 'nul-character' | 'lone-surrogate';
}

interface Read {
  value: unknown;
  faults: readonly JsonFault[];
}

const NO_FAULTS: readonly JsonFault[] = [];

/**
 * The value of a JSON text in UTF-8, with every member that is stated twice, has a name that JavaScript gives a meaning, is
 * nested too deep, or holds text that no database and no reader downstream could take (at most 50; too deep ends the
 * search). Undefined where it is not one well-formed JSON value. A text of more than `valuesMax` members and items is not
 * read at all: it says `too-many`.
 */
export function readStrictJson(bytes: Uint8Array, valuesMax = Infinity): Read | undefined {
  if (!isUtf8(bytes)) return undefined;
  const { depth, values, names, escapes } = outlineOf(bytes);
  if (values > valuesMax) return { value: undefined, faults: [{ pointer: '', code: 'too-many' }] };
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    if (depth > DEPTH_MAX) return { value: undefined, faults: new Scan(text).run() };
    const value: unknown = JSON.parse(text);
    // Without escapes no text holds U+0000 or half a pair, and a name stated twice is one that the value has fewer of.
    const isPlain = !escapes && namesIn(value) === names;
    return { value, faults: isPlain ? NO_FAULTS : new Scan(text).run() };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const [QUOTE, BACKSLASH, COLON, COMMA, BRACE, BRACKET, BRACE_END, BRACKET_END] = Buffer.from('"\\:,{[}]');

/** What a text would hold if it were JSON, told from its punctuation alone: before anything is made of it. */
function outlineOf(bytes: Uint8Array): { depth: number; values: number; names: number; escapes: boolean } {
  let [depth, level, values, names, escapes] = [0, 0, 0, 0, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) {
        if (bytes[at] !== BACKSLASH) continue;
        escapes = true;
        at++;
      }
    } else if (byte === COLON) names++;
    else if (byte === COMMA) values++;
    else if (byte === BRACE || byte === BRACKET) {
      values++;
      if (++level > depth) depth = level;
    } else if (byte === BRACE_END || byte === BRACKET_END) level--;
  }
  return { depth, values, names, escapes };
}

/** How many members there are in all of its objects; NaN where one has a reserved name. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += namesIn(item);
    return count;
  }
  for (const name of Object.keys(value)) {
    if (RESERVED_NAMES.has(name)) return NaN;
    count += 1 + namesIn((value as Record<string, unknown>)[name]);
  }
  return count;
}

interface Level {
  /** Of an object: the names stated so far. */
  names?: Set<string>;
  /** The member or the index that is being read. */
  at: string;
  index: number;
}

/**
 * One pass over a text that is known to be JSON, or over the beginning of one that is nested too deep. Its own stack,
 * since the nesting is the caller's choice.
 */
class Scan {
  private readonly levels: Level[] = [];
  private readonly faults: JsonFault[] = [];
  private nameExpected = false;

  constructor(private readonly text: string) {}

  run(): readonly JsonFault[] {
    for (let at = 0; at < this.text.length && this.faults.length < JSON_FAULTS_MAX; at++) {
      switch (this.text.charAt(at)) {
        case '{':
        case '[':
          if (this.levels.length >= DEPTH_MAX) {
            this.refuse('too-deep');
            return this.faults;
          }
          this.enter(this.text.charAt(at) === '{');
          break;
        case '}':
        case ']':
          this.leave();
          break;
        case ',':
          this.next();
          break;
        case '"': {
          const end = this.endOfString(at);
          this.string(this.text.slice(at, end + 1));
          at = end;
          break;
        }
      }
    }
    return this.faults;
  }

  /** Index of the closing quote; linear however long the string is. */
  private endOfString(start: number): number {
    for (let at = start + 1; at < this.text.length; at++) {
      const character = this.text[at];
      if (character === '"') return at;
      if (character === '\\') at++;
    }
    return this.text.length;
  }

  private enter(isObject: boolean): void {
    this.levels.push(isObject ? { names: new Set(), at: '', index: 0 } : { at: '0', index: 0 });
    this.nameExpected = isObject;
  }

  private leave(): void {
    this.levels.pop();
    this.nameExpected = false;
  }

  private next(): void {
    const level = this.levels.at(-1);
    if (!level) throw new SyntaxError('a comma outside');
    level.index++;
    if (level.names) this.nameExpected = true;
    else level.at = String(level.index);
  }

  private string(token: string): void {
    const text = JSON.parse(token) as string;
    if (this.nameExpected) this.name(text);
    const fault = textFault(text);
    if (fault) this.refuse(fault);
    this.nameExpected = false;
  }

  private name(name: string): void {
    const level = this.levels.at(-1)!;
    // a name that cannot be shown is pointed at by its object
    level.at = isShowable(name) ? name : '';
    if (isReservedName(name)) this.refuse('unknown-member');
    else if (level.names!.has(name)) this.refuse('duplicate-member');
    level.names!.add(name);
  }

  private refuse(code: JsonFault['code']): void {
    this.faults.push({ pointer: pointerOf(this.levels.map((level) => level.at)), code });
  }
}

const POINTER_MAX_CHARS = 200;

/** RFC 6901, cut where the names in it are the caller's own and endless. */
export const pointerOf = (names: readonly string[]): string =>
  Array.from(names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
    .slice(0, POINTER_MAX_CHARS)
    .join('');

const isShowable = (text: string): boolean => textFault(text) === undefined;

/** What no text may hold: neither PostgreSQL nor a reader downstream could take it. */
export function textFault(text: string): 'nul-character' | 'lone-surrogate' | undefined {
  if (text.includes('\0')) return 'nul-character';
  return LONE_SURROGATE.test(text) ? 'lone-surrogate' : undefined;
}
