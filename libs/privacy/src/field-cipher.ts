import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { AnyEventDefinition, FieldClass, FieldClasses, Uuid } from '#event-sourcing';

/** One client's AES-256-GCM key. Destroying it erases what it encrypted, wherever the ciphertext travelled. */
export interface DataKey {
  keyId: Uuid;
  secret: Buffer;
}

/** A P2 or P3 value as a read model keeps it: the ciphertext as it stands in the event, and what it is bound to. */
export interface SealedField {
  sealed: string;
  eventId: Uuid;
  pointer: string;
}

const PREFIX = 'enc.1.';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const isSecret = (fieldClass: FieldClass): boolean => fieldClass === 'P2' || fieldClass === 'P3';

/** `enc.1.<keyId>.<base64url of iv (12 bytes), ciphertext, tag (16)>`; associated data = `eventId|JSON Pointer`. */
export function sealValue(value: unknown, key: DataKey, eventId: Uuid, pointer: string): string {
  const iv = nextIv();
  const cipher = createCipheriv('aes-256-gcm', key.secret, iv);
  cipher.setAAD(Buffer.from(`${eventId}|${pointer}`));
  const sealed = cipher.update(JSON.stringify(value), 'utf8');
  cipher.final(); // of this mode empty
  const body = Buffer.concat([iv, sealed, cipher.getAuthTag()]);
  return `${PREFIX}${key.keyId}.${body.toString('base64url')}`;
}

// Drawing random bytes costs the same for 12 as for thousands; each is used once.
const ivPool = Buffer.alloc(IV_BYTES * 512);
let ivAt = ivPool.length;
function nextIv(): Buffer {
  if (ivAt === ivPool.length) {
    randomFillSync(ivPool);
    ivAt = 0;
  }
  return Buffer.from(ivPool.subarray(ivAt, (ivAt += IV_BYTES)));
}

/** The value, or undefined where this key did not encrypt it. Throws where the ciphertext was moved or changed. */
export function openValue({ sealed, eventId, pointer }: SealedField, key: DataKey): unknown {
  if (keyIdOf(sealed) !== key.keyId) return undefined;
  const body = Buffer.from(sealed.slice(PREFIX.length + key.keyId.length + 1), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key.secret, body.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(`${eventId}|${pointer}`));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  const plain = decipher.update(body.subarray(IV_BYTES, -TAG_BYTES));
  decipher.final(); // of this mode empty; it throws where the tag is another
  return JSON.parse(plain.toString('utf8')) as unknown;
}

export const keyIdOf = (sealed: string): string => sealed.slice(PREFIX.length, PREFIX.length + 36);

/** Data with every P2 and P3 field encrypted. Throws a TypeError where a member has no class: nothing is stored unclassified. */
export const sealData = (definition: AnyEventDefinition, data: object, eventId: Uuid, key: DataKey): Record<string, unknown> =>
  mapSecrets(definition.fields, data, (value, pointer) => sealValue(value, key, eventId, pointer));

/** Data with every P2 and P3 field in plain text; an erased one (its key is gone) is absent. */
export const openData = (definition: AnyEventDefinition, data: object, eventId: Uuid, key: DataKey | undefined): Record<string, unknown> =>
  mapSecrets(definition.fields, data, (value, pointer) => {
    if (!isSealed(value)) return value; // a field whose class was raised after it was written
    return key && openValue({ sealed: value, eventId, pointer }, key);
  });

/** Data with every encrypted field as a SealedField, for a read model to keep without the key. */
export const carryData = (definition: AnyEventDefinition, data: object, eventId: Uuid): Record<string, unknown> =>
  mapSecrets(definition.fields, data, (value, pointer) =>
    isSealed(value) ? ({ sealed: value, eventId, pointer } satisfies SealedField) : value,
  );

const withSecrets = new WeakMap<object, boolean>();

/** Whether an event type has any field that needs its client's key. */
export function hasSecrets(fields: FieldClasses): boolean {
  if (typeof fields === 'string') return isSecret(fields);
  let has = withSecrets.get(fields);
  if (has === undefined) withSecrets.set(fields, (has = Object.values(fields).some(hasSecrets)));
  return has;
}

const isSealed = (value: unknown): value is string => typeof value === 'string' && value.startsWith(PREFIX);

type SecretMapper = (value: unknown, pointer: string) => unknown;

function mapSecrets(fields: FieldClasses, data: object, map: SecretMapper, at = ''): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  for (const name of Object.keys(data)) {
    const value = (data as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const fieldClass = typeof fields === 'object' && Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof fieldClass === 'string' && !isSecret(fieldClass)) {
      mapped[name] = value;
      continue;
    }
    const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (fieldClass === undefined) throw new TypeError(`unclassified field ${pointer}`);
    if (typeof fieldClass === 'object' && value !== null && typeof value === 'object') {
      mapped[name] = mapSecrets(fieldClass, value, map, pointer);
    } else {
      const result = map(value, pointer);
      if (result !== undefined) mapped[name] = result;
    }
  }
  return mapped;
}

/** Recognises a SealedField in a read model's document. */
export const isSealedField = (value: unknown): value is SealedField =>
  typeof value === 'object' && value !== null && 'sealed' in value && 'eventId' in value && 'pointer' in value;

/** A document of a read model with every SealedField opened, or absent where its key is gone. */
export function openDocument(value: unknown, key: DataKey | undefined): unknown {
  if (isSealedField(value)) return key && openValue(value, key);
  if (Array.isArray(value)) return value.map((item) => openDocument(item, key));
  if (typeof value !== 'object' || value === null) return value;
  const opened: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    const plain = typeof member === 'object' ? openDocument(member, key) : member;
    if (plain !== undefined) opened[name] = plain;
  }
  return opened;
}
