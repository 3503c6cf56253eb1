import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import { commandIdOf, derivedId, isUuid, newId, PARTITION_COUNT, partitionOf } from './ids.js';

// Released test vectors: another implementation must agree, and these never change.
const CLIENT = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('ids', () => {
  it('derives the published partition of a key, whatever its case', () => {
    expect(partitionOf(CLIENT)).toBe(2);
    expect(partitionOf(CLIENT.toUpperCase())).toBe(partitionOf(CLIENT));
    expect(partitionOf('00000000-0000-7000-8000-000000000000')).toBe(2);
  });

  it('derives the published id of a purpose', () => {
    expect(derivedId(CLIENT, 'tier')).toBe('01890a5d-ac96-84e6-9697-655d1447fe45');
    expect(derivedId(CLIENT, 'assignments')).toBe('01890a5d-ac96-8fe4-a0ac-5d7b5ede370a');
  });

  it('gives derived ids the time bits of their cause and version 8', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), fc.string(), (cause, purpose) => {
        const id = derivedId(cause, purpose);
        expect(id.slice(0, 13)).toBe(cause.slice(0, 13));
        expect(id[14]).toBe('8');
        expect(isUuid(id)).toBe(true);
        expect(derivedId(cause, purpose)).toBe(id);
      }),
    );
  });

  it('spreads new ids over all partitions', () => {
    const hit = new Set(Array.from({ length: 2_000 }, () => partitionOf(newId())));
    expect(hit.size).toBe(PARTITION_COUNT);
  });

  it('gives one command id to one principal, route and key', () => {
    const id = commandIdOf('u1', 'POST', '/v1/clients', 'k');
    expect(id[14]).toBe('5');
    expect(commandIdOf('u1', 'POST', '/v1/clients', 'k')).toBe(id);
    expect(commandIdOf('u1', 'POST', '/v1/client', 'sk')).not.toBe(id);
    expect(commandIdOf('u2', 'POST', '/v1/clients', 'k')).not.toBe(id);
  });

  it('gives the UUIDv5 that RFC 9562 gives to what a command is known by', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, text, text, (principal, method, path, key) => {
        const published = uuidV5(JSON.stringify([principal, method, path, key]), '5b0e4ad2-1c2d-5a1f-9f55-7a9e0e1f5c33');
        expect(commandIdOf(principal, method, path, key)).toBe(published);
      }),
    );
  });

  it('takes the published eight bytes of the hash for the partition', () => {
    fc.assert(
      fc.property(fc.uuid(), (key) => {
        const head = createHash('sha256').update(key).digest().readBigUInt64BE(0);
        expect(partitionOf(key)).toBe(Number(head % 24n));
      }),
    );
  });
});
