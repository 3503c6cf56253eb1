/** Types of the columns of a read model's tables. */
export type ColumnType = 'uuid' | 'text' | 'timestamptz' | 'date' | 'int' | 'bigint' | 'boolean';

/**
 * How PostgreSQL's binary protocol has a value: `put` writes it at an offset and answers its size, at most what `bytesOf`
 * said. NOT_OURS where the value is not in the one form that we write ourselves: whether it is one at all, and which,
 * PostgreSQL then says.
 */
export interface BinaryType {
  oid: number;
  bytesOf: (value: unknown) => number;
  put: (buffer: Buffer, value: unknown, at: number) => number;
}

export const NOT_OURS = -1;

const UUID_LENGTH = 36;
const DASH = 0x2d;
const isHex = (code: number): boolean => /[0-9a-f]/i.test(String.fromCharCode(code));
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) => (isHex(code) ? parseInt(String.fromCharCode(code), 16) : -1));

function putUuid(buffer: Buffer, value: unknown, at: number): number {
  if (typeof value !== 'string' || value.length !== UUID_LENGTH) return NOT_OURS;
  let end = at;
  for (let i = 0; i < UUID_LENGTH; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (value.charCodeAt(i) !== DASH) return NOT_OURS;
      i++;
    }
    const high = NIBBLES[value.charCodeAt(i)] ?? -1;
    const low = NIBBLES[value.charCodeAt(i + 1)] ?? -1;
    if (high < 0 || low < 0) return NOT_OURS;
    buffer[end++] = high * 16 + low;
  }
  return end - at;
}

const UTF8_BYTES_MAX = 3; // of one UTF-16 code unit
const SHORT_TEXT = 32;

function putText(buffer: Buffer, value: unknown, at: number): number {
  if (typeof value !== 'string') return NOT_OURS;
  const { length } = value;
  if (length > SHORT_TEXT) return buffer.write(value, at, 'utf8');
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return buffer.write(value, at, 'utf8');
    buffer[at + i] = code; // quicker than a call out of JavaScript
  }
  return length;
}

function putInt(buffer: Buffer, value: unknown, at: number): number {
  if (typeof value !== 'number' || (value | 0) !== value) return NOT_OURS;
  return buffer.writeInt32BE(value, at) - at;
}

const LOW_WORD = 0x1_0000_0000;

function putBigint(buffer: Buffer, value: unknown, at: number): number {
  if (!Number.isSafeInteger(value)) return NOT_OURS;
  buffer.writeInt32BE(Math.floor((value as number) / LOW_WORD), at);
  return buffer.writeUInt32BE((value as number) >>> 0, at + 4) - at;
}

function putBoolean(buffer: Buffer, value: unknown, at: number): number {
  if (typeof value !== 'boolean') return NOT_OURS;
  return buffer.writeUInt8(value ? 1 : 0, at) - at;
}

const MS_A_DAY = 86_400_000;
const POSTGRES_EPOCH_DAY = Date.UTC(2000, 0, 1) / MS_A_DAY;
const DATE_LENGTH = 10;
const INSTANT_LENGTH = 24;

/** The number that these digits of `text` make; NaN where they are none. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Of `YYYY-MM-DD...`, days since PostgreSQL's epoch; NaN where the calendar has no such day. */
function dayOf(text: string): number {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return NaN;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  // earlier years are none that Date counts as we do
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1)) return NaN;
  // Date goes on into the next month where this one is over
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return NaN;
  return Date.UTC(year, month - 1, day) / MS_A_DAY - POSTGRES_EPOCH_DAY;
}

function putDate(buffer: Buffer, value: unknown, at: number): number {
  const day = typeof value === 'string' && value.length === DATE_LENGTH ? dayOf(value) : NaN;
  return Number.isNaN(day) ? NOT_OURS : buffer.writeInt32BE(day, at) - at;
}

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of every Instant. */
function putInstant(buffer: Buffer, value: unknown, at: number): number {
  if (typeof value !== 'string' || value.length !== INSTANT_LENGTH) return NOT_OURS;
  const marks = value[10] === 'T' && value[13] === ':' && value[16] === ':' && value[19] === '.' && value[23] === 'Z';
  const [hours, minutes, seconds] = [digits(value, 11, 13), digits(value, 14, 16), digits(value, 17, 19)];
  if (!marks || !(hours < 24 && minutes < 60 && seconds < 60)) return NOT_OURS;
  const ms = dayOf(value) * MS_A_DAY + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + digits(value, 20, 23);
  return Number.isNaN(ms) ? NOT_OURS : putBigint(buffer, ms * 1_000, at);
}

const sized = (bytes: number) => (): number => bytes;

export const binaryTypes: Readonly<Record<ColumnType, BinaryType>> = {
  uuid: { oid: 2950, bytesOf: sized(16), put: putUuid },
  text: { oid: 25, bytesOf: (value) => (typeof value === 'string' ? value.length * UTF8_BYTES_MAX : 0), put: putText },
  timestamptz: { oid: 1184, bytesOf: sized(8), put: putInstant },
  date: { oid: 1082, bytesOf: sized(4), put: putDate },
  int: { oid: 23, bytesOf: sized(4), put: putInt },
  bigint: { oid: 20, bytesOf: sized(8), put: putBigint },
  boolean: { oid: 16, bytesOf: sized(1), put: putBoolean },
};
