import { createHmac } from 'node:crypto';
import type { Uuid } from '#event-sourcing';

/** One client's secret of 256 bits. Destroying it erases what it encrypted, wherever the ciphertext travelled. */
export interface DataKey {
  keyId: Uuid;
  secret: Buffer;
}

const NONCE_BYTES = 12;

/**
 * What seals and opens the fields of one event, derived by HKDF-SHA-256 (RFC 5869): the event's secret from the client's (salt: the
 * event id), and from that an AES-256 key, a commitment to it, and a nonce for each field. So one event can be disclosed and
 * no other, and a ciphertext opens under one key alone (the construction of the AWS Encryption SDK's committing suites).
 */
export class EventKey {
  readonly cipherKey: Buffer;
  /** 32 bytes: stands beside each ciphertext. */
  readonly commitment: Buffer;

  /** `secret`: 32 bytes; whoever has it reads this event. */
  constructor(readonly secret: Buffer) {
    this.cipherKey = expanded(secret, 'rapport enc.2 key');
    this.commitment = expanded(secret, 'rapport enc.2 commitment');
  }

  static of({ secret }: DataKey, eventId: Uuid): EventKey {
    const extracted = createHmac('sha256', eventId).update(secret).digest();
    return new EventKey(expanded(extracted, 'rapport enc.2 event'));
  }

  /** 12 bytes: of each field another, and of each event, so that none is used twice under one key. */
  nonceOf(pointer: string): Buffer {
    return expanded(this.secret, `rapport enc.2 nonce ${pointer}`).subarray(0, NONCE_BYTES);
  }
}

/** The keys of a client's events, each derived once. */
export class EventKeys {
  private readonly derived = new Map<Uuid, EventKey>();

  constructor(readonly of: DataKey) {}

  keyOf(eventId: Uuid): EventKey {
    const known = this.derived.get(eventId);
    if (known) return known;
    const key = EventKey.of(this.of, eventId);
    this.derived.set(eventId, key);
    return key;
  }
}

/** HKDF-Expand to one block: four times as fast as the runtime's own `hkdfSync`, and the same bytes. */
const expanded = (secret: Buffer, info: string): Buffer => createHmac('sha256', secret).update(info).update(FIRST_BLOCK).digest();
const FIRST_BLOCK = Buffer.of(1);
