import type pg from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** PostgreSQL's int8 as a number. Throws RangeError where a number cannot hold it exactly. */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the exact range of a number`);
  return value;
}

const safeIntegers = (text: string): number[] => (text === '{}' ? [] : text.slice(1, -1).split(',').map(safeInteger));

/** A timestamptz of a session in UTC, `2025-03-11 02:00:00.1+00`, as RFC 3339 with milliseconds. */
export function instantOf(text: string): string {
  const fraction = text[19] === '.' ? text.slice(20, text.indexOf('+', 20)) : '';
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

const asText = (text: string): string => text;

/** How columns arrive: int8 as a checked number, timestamptz as an Instant, dates and local times as their text. */
export const rowTypes = (defaults: pg.CustomTypesConfig): pg.CustomTypesConfig => ({
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    switch (Number(oid)) {
      case INT8:
        return safeInteger;
      case INT8_ARRAY:
        return safeIntegers;
      case TIMESTAMPTZ:
        return instantOf;
      case DATE:
      case TIMESTAMP:
        return asText;
    }
    return defaults.getTypeParser(oid, format);
  },
});
