import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#event-sourcing';
import { carryData, openData, openDocument, sealData } from './field-cipher.js';
import { canonicalJson } from './request-hash.js';

const definition = {
  version: 1,
  fields: { no: 'P1', identity: { name: 'P2', born: 'P3' }, notes: 'P3' },
} as const;
const makeKey = () => ({ keyId: '0b9a3f7e-1d7e-4a53-9e62-1b0a4c1f2d3e', secret: randomBytes(32) });
const key = makeKey();
const eventId = newId();
const data = { no: 'C-1', identity: { name: '李伟', born: '1980-01-01' }, notes: ['a', { b: 1 }] };

describe('sealed fields', () => {
  it('hide P2 and P3 values and give them back with the key', () => {
    const sealed = sealData(definition, data, eventId, key);
    expect(sealed).toMatchObject({ no: 'C-1', identity: { name: expect.stringMatching(/^enc\.2\.[0-9a-f-]{36}\.[\w-]+$/) } });
    expect(JSON.stringify(sealed)).not.toContain('1980');
    expect(openData(definition, sealed, eventId, key)).toEqual(data);
  });

  it('give back any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const notes = JSON.parse(JSON.stringify(value)) as unknown;
        expect(openData(definition, sealData(definition, { notes }, eventId, key), eventId, key)).toEqual({ notes });
      }),
    );
  });

  it('are absent once their key is gone, and never readable with another', () => {
    const sealed = sealData(definition, data, eventId, key);
    expect(openData(definition, sealed, eventId, undefined)).toEqual({ no: 'C-1', identity: {} });
    expect(() => openData(definition, sealed, eventId, makeKey())).toThrow();
  });

  it('cannot be moved to another event or field', () => {
    const sealed = sealData(definition, data, eventId, key) as typeof data;
    expect(() => openData(definition, sealed, newId(), key)).toThrow();
    expect(() => openData(definition, { ...sealed, notes: sealed.identity.name }, eventId, key)).toThrow();
  });

  it('travel in read models as they are, bound to their event', () => {
    const carried = carryData(definition, sealData(definition, data, eventId, key), eventId);
    expect(openDocument(carried, key)).toEqual(data);
    expect(openDocument(carried, undefined)).toEqual({ no: 'C-1', identity: {} });
  });

  it('are refused where a field has no class: nothing is stored unclassified', () => {
    expect(() => sealData(definition, { ...data, extra: 1 }, eventId, key)).toThrow('unclassified field /extra');
    expect(() => sealData(definition, { identity: { nick: 'x' } }, eventId, key)).toThrow('unclassified field /identity/nick');
  });
});

describe('canonical JSON', () => {
  it('is the same for the same request however it is spelled', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: undefined }], a: null })).toBe('{"a":null,"b":[1,{"d":2}]}');
  });
});
