import { hash } from 'node:crypto';
import { v7 as uuidV7 } from 'uuid';

/** Lower-case UUID text, 36 characters. */
export type Uuid = string;

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const COMMAND_NAMESPACE = Buffer.from('5b0e4ad21c2d5a1f9f557a9e0e1f5c33', 'hex');

/** Number of partitions of the event topic. Another count is a new topic, filled from the log. */
export const PARTITION_COUNT = 24;

/** What concerns no client hangs from here: calendars, the handbook, rules. */
export const FIRM_ROOT: Uuid = '01900000-0000-7000-8000-000000000001';

export const newId = (): Uuid => uuidV7();

export const isUuid = (text: string): boolean => UUID_TEXT.test(text);

/**
 * UUIDv8 with the 48 time bits of its cause and the rest from SHA-256(the cause's 16 bytes, then the purpose in UTF-8).
 * The same cause and purpose give the same id, and ids stay ordered by time, so that unique indexes stay compact.
 */
export function derivedId(cause: Uuid, purpose: string): Uuid {
  const bytes = Buffer.concat([Buffer.from(cause.replaceAll('-', ''), 'hex'), Buffer.from(purpose, 'utf8')]);
  const id = textOf(hash('sha256', bytes, 'hex'), 8);
  return cause.slice(0, 13) + id.slice(13);
}

/** UUIDv5 of (principal, method, path, Idempotency-Key): the same request repeated has the same command id. */
export function commandIdOf(principal: string, method: string, path: string, idempotencyKey: string): Uuid {
  const name = JSON.stringify([principal, method, path, idempotencyKey]);
  // by hand: the library's own takes three times as long, which every command pays
  return textOf(hash('sha1', Buffer.concat([COMMAND_NAMESPACE, Buffer.from(name, 'utf8')]), 'hex'), 5);
}

/** The first 8 bytes, big-endian unsigned, of SHA-256(the key's lower-case 36 characters) modulo 24. */
export function partitionOf(key: Uuid): number {
  // in halves of 32 bits, which numbers hold exactly
  const hex = hash('sha256', key.toLowerCase(), 'hex');
  const high = parseInt(hex.slice(0, 8), 16);
  const low = parseInt(hex.slice(8, 16), 16);
  return ((high % PARTITION_COUNT) * (2 ** 32 % PARTITION_COUNT) + (low % PARTITION_COUNT)) % PARTITION_COUNT;
}

/** RFC 9562: the first 16 bytes of a hash, with the version and the variant set. */
function textOf(hex: string, version: number): Uuid {
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
