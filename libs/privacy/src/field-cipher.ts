import type { AnyEventDefinition, FieldClass, FieldClasses, Uuid } from '#event-sourcing';
import { type DataKey, EventKeys } from './event-key.js';
import { isSealed, openValue, sealValue, type SealedField } from './sealed-value.js';

const isSecret = (fieldClass: FieldClass): boolean => fieldClass === 'P2' || fieldClass === 'P3';

/** Data with every P2 and P3 field encrypted. Throws a TypeError where a member has no class: nothing is stored unclassified. */
export function sealData(definition: AnyEventDefinition, data: object, eventId: Uuid, key: DataKey): Record<string, unknown> {
  const keys = new EventKeys(key);
  return mapSecrets(definition.fields, data, (value, pointer) => sealValue(value, keys, eventId, pointer));
}

/** Data with every P2 and P3 field in plain text; an erased one (its key is gone) is absent. */
export function openData(definition: AnyEventDefinition, data: object, eventId: Uuid, key: DataKey | undefined): Record<string, unknown> {
  const keys = key && new EventKeys(key);
  return mapSecrets(definition.fields, data, (value, pointer) => {
    if (!isSealed(value)) return value; // a field whose class was raised after it was written
    return keys && openValue({ sealed: value, eventId, pointer }, keys);
  });
}

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

/** The member that names those beside it which stand in a document and cannot be opened. */
export const UNREADABLE = 'unreadable';

/**
 * A document of a read model with every SealedField opened, or absent where its key is gone. One that was moved, changed or
 * sealed under another key is absent too and named in `unreadable` beside it, and `refused` hears of it: the rest is shown.
 */
export function openDocument(value: unknown, key: DataKey | undefined, refused: (field: SealedField) => void = () => undefined): unknown {
  const keys = key && new EventKeys(key);
  const opened = (field: SealedField): unknown => {
    try {
      return keys && openValue(field, keys);
    } catch {
      refused(field);
      return UNOPENED;
    }
  };
  const open = (part: unknown): unknown => {
    if (isSealedField(part)) return opened(part);
    if (Array.isArray(part)) return part.map(open).filter((item) => item !== UNOPENED);
    if (typeof part !== 'object' || part === null) return part;
    const document: Record<string, unknown> = {};
    const unreadable: string[] = [];
    for (const name of Object.keys(part)) {
      const member = (part as Record<string, unknown>)[name];
      const plain = typeof member === 'object' ? open(member) : member;
      if (plain === UNOPENED) unreadable.push(name);
      else if (plain !== undefined) document[name] = plain;
    }
    if (unreadable.length > 0) document[UNREADABLE] = unreadable;
    return document;
  };
  const document = open(value);
  return document === UNOPENED ? undefined : document;
}

const UNOPENED = Symbol('unopened');
