import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Uuid } from '#event-sourcing';
import { EventKeys } from './event-key.js';

/** A P2 or P3 value as a read model keeps it: the ciphertext as it stands in the event, and what it is bound to. */
export interface SealedField {
  sealed: string;
  eventId: Uuid;
  pointer: string;
}

const SEALED = /^enc\.[12]\./;
const PREFIX = 'enc.2.';
const KEY_ID_CHARS = 36;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COMMITMENT_BYTES = 32;
const BLOCK_BYTES = 64;
const BLANK = 0x20;

export const isSealed = (value: unknown): value is string => typeof value === 'string' && SEALED.test(value);
export const keyIdOf = (sealed: string): string => sealed.slice(PREFIX.length, PREFIX.length + KEY_ID_CHARS);

/**
 * `enc.2.<keyId>.<base64url of the commitment (32 bytes), ciphertext, tag (16)>`, AES-256-GCM under the event's key and the field's
 * nonce; associated data = `eventId|JSON Pointer`. The plaintext is JSON and blanks: 64 bytes, 128, 256, ... so that its
 * length tells nothing of a number, a word or a yes, and little of a text.
 */
export function sealValue(value: unknown, keys: EventKeys, eventId: Uuid, pointer: string): string {
  const { cipherKey, commitment, nonce } = forField(keys, eventId, pointer);
  const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
  cipher.setAAD(Buffer.from(`${eventId}|${pointer}`));
  const sealed = cipher.update(padded(JSON.stringify(value)));
  cipher.final(); // of this mode empty
  return `${PREFIX}${keys.of.keyId}.${Buffer.concat([commitment, sealed, cipher.getAuthTag()]).toString('base64url')}`;
}

/** The value, or undefined where this key did not encrypt it. Throws where the ciphertext was moved or changed, or the key is another of that id. */
export function openValue({ sealed, eventId, pointer }: SealedField, keys: EventKeys): unknown {
  if (keyIdOf(sealed) !== keys.of.keyId) return undefined;
  const body = Buffer.from(sealed.slice(PREFIX.length + KEY_ID_CHARS + 1), 'base64url');
  const [cipherKey, nonce, text] = sealed.startsWith(PREFIX) ? secondForm(body, keys, eventId, pointer) : firstForm(body, keys);
  const decipher = createDecipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`${eventId}|${pointer}`));
  decipher.setAuthTag(text.subarray(-TAG_BYTES));
  const plain = decipher.update(text.subarray(0, -TAG_BYTES));
  decipher.final(); // of this mode empty; it throws where the tag is another
  return JSON.parse(plain.toString('utf8')) as unknown;
}

type Opening = [cipherKey: Buffer, nonce: Buffer, ciphertextAndTag: Buffer];

function secondForm(body: Buffer, keys: EventKeys, eventId: Uuid, pointer: string): Opening {
  const { cipherKey, commitment, nonce } = forField(keys, eventId, pointer);
  if (!body.subarray(0, COMMITMENT_BYTES).equals(commitment)) throw new Error('sealed under another key, or for another event');
  return [cipherKey, nonce, body.subarray(COMMITMENT_BYTES)];
}

/** `enc.1.<keyId>.<base64url of a random nonce (12 bytes), ciphertext, tag>`, under the client's own secret: written no more, read for ever. */
const firstForm = (body: Buffer, { of }: EventKeys): Opening => [of.secret, body.subarray(0, NONCE_BYTES), body.subarray(NONCE_BYTES)];

function forField(keys: EventKeys, eventId: Uuid, pointer: string): { cipherKey: Buffer; commitment: Buffer; nonce: Buffer } {
  const key = keys.keyOf(eventId);
  return { cipherKey: key.cipherKey, commitment: key.commitment, nonce: key.nonceOf(pointer) };
}

function padded(json: string): Buffer {
  const length = Buffer.byteLength(json);
  const plain = Buffer.alloc(Math.max(BLOCK_BYTES, 2 ** Math.ceil(Math.log2(length))), BLANK);
  plain.write(json);
  return plain;
}
