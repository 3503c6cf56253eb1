import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#event-sourcing';
import { type DataKey, EventKey, EventKeys } from './event-key.js';
import { openDocument } from './field-cipher.js';
import { keyIdOf, openValue, sealValue } from './sealed-value.js';

const makeKey = (): DataKey => ({ keyId: '0b9a3f7e-1d7e-4a53-9e62-1b0a4c1f2d3e', secret: randomBytes(32) });
const key = makeKey();
const eventId = newId();
const seal = (value: unknown, pointer = '/a', id = eventId): string => sealValue(value, new EventKeys(key), id, pointer);
const open = (sealed: string, pointer = '/a', id = eventId, by = key): unknown =>
  openValue({ sealed, eventId: id, pointer }, new EventKeys(by));
const bytesOf = (sealed: string): Buffer => Buffer.from(sealed.split('.')[3]!, 'base64url');

describe('a sealed value', () => {
  it('has one length whatever a yes, a word, a number, a date or an amount is', () => {
    const short = [true, false, null, 'male', 'female', 'R5', 0, 123_456_789.25, '1984-05-17', { amountMinor: 12_500, currency: 'CNY' }];
    expect(new Set(short.map((value) => seal(value).length)).size).toBe(1);
  });

  it('has of any text one of few lengths: 64 bytes, or the next power of two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 5_000 }), (text) => {
        const plain = bytesOf(seal(text)).length - 32 - 16;
        const stated = Buffer.byteLength(JSON.stringify(text));
        expect(plain).toBeGreaterThanOrEqual(Math.max(64, stated));
        expect(plain).toBeLessThan(Math.max(65, 2 * stated));
        expect(Math.log2(plain) % 1).toBe(0);
        expect(open(seal(text))).toBe(text);
      }),
    );
  });

  it('opens with the secret of its event, and that opens no other event', () => {
    const { secret } = EventKey.of(key, eventId);
    const disclosed = new EventKey(secret);
    const body = bytesOf(seal('李伟', '/identity/name'));
    expect(body.subarray(0, 32)).toEqual(disclosed.commitment);
    const decipher = createDecipheriv('aes-256-gcm', disclosed.cipherKey, disclosed.nonceOf('/identity/name'));
    decipher.setAAD(Buffer.from(`${eventId}|/identity/name`)).setAuthTag(body.subarray(-16));
    expect(`${decipher.update(body.subarray(32, -16), undefined, 'utf8')}${decipher.final('utf8')}`.trimEnd()).toBe('"李伟"');
    expect(EventKey.of(key, newId()).secret).not.toEqual(secret);
  });

  it('is derived as RFC 5869 says', () => {
    const of = (secret: Buffer, salt: string, info: string) => Buffer.from(hkdfSync('sha256', secret, salt, info, 32));
    const event = EventKey.of(key, eventId);
    expect(event.secret).toEqual(of(key.secret, eventId, 'rapport enc.2 event'));
    // the others expand what is uniform already: a step of HKDF that the runtime does not offer alone
    const names = [event.secret, event.cipherKey, event.commitment, event.nonceOf('/a'), event.nonceOf('/b')];
    expect(new Set(names.map(String)).size).toBe(names.length);
  });

  it('is opened by no other key of the same id, and says so; nor in another event or place', () => {
    const sealed = seal('x');
    expect(() => open(sealed, '/a', eventId, makeKey())).toThrow('another key');
    expect(() => open(sealed, '/a', newId())).toThrow('another event');
    expect(() => open(sealed, '/b')).toThrow();
    expect(open(sealed, '/a', eventId, { ...key, keyId: newId() })).toBeUndefined();
  });

  it('is opened no more once a bit of it was changed', () => {
    const sealed = seal({ a: 1 });
    const body = bytesOf(sealed);
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const changed = Buffer.from(body);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => open(`enc.2.${keyIdOf(sealed)}.${changed.toString('base64url')}`)).toThrow();
      }),
    );
  });

  it('of the first form is read for ever', () => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(Buffer.from(`${eventId}|/a`));
    const body = Buffer.concat([nonce, cipher.update('"李伟"', 'utf8'), cipher.final(), cipher.getAuthTag()]);
    expect(open(`enc.1.${key.keyId}.${body.toString('base64url')}`)).toBe('李伟');
  });
});

describe('a document with a field that does not open', () => {
  const field = (value: unknown, pointer: string) => ({ sealed: seal(value, pointer), eventId, pointer });

  it('shows the rest, names it beside, and tells of it', () => {
    const moved = { ...field('B', '/b'), pointer: '/c' };
    const refused: string[] = [];
    const document = { no: 'C-1', person: { a: field('A', '/a'), b: moved }, list: [field('L', '/l'), moved], gone: { c: moved } };
    expect(openDocument(document, key, ({ pointer }) => refused.push(pointer))).toEqual({
      no: 'C-1',
      person: { a: 'A', unreadable: ['b'] },
      list: ['L'],
      gone: { unreadable: ['c'] },
    });
    expect(refused).toEqual(['/c', '/c', '/c']);
    expect(openDocument(moved, key)).toBeUndefined();
  });
});
