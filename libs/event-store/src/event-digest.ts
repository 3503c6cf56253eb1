import { createHash } from 'node:crypto';

/** A row of the log with nothing rounded: as the digest covers it. */
export interface ExactEvent {
  position: bigint;
  recordedAtMicros: bigint;
  occurredAtMicros: bigint;
  eventId: string;
  streamId: string;
  key: string;
  version: number;
  partition: number;
  schemaVersion: number;
  streamKind: string;
  type: string;
  data: string;
  metadata: string;
}

const INT8 = 20;
const INT4 = 23;
const TEXT = 25;
const TIMESTAMPTZ = 1184;
const UUID = 2950;
/** PostgreSQL counts from 2000; everything else from 1970. */
export const POSTGRES_EPOCH_MICROS = BigInt(Date.UTC(2000, 0, 1)) * 1_000n;
const FIELDS = 13;

/**
 * SHA-256 over every column, in PostgreSQL's binary form of a record: the number of fields, then of each its type's OID,
 * its length in bytes and its bytes, all integers big-endian. The same as log.event_digest, computed without the server.
 */
export function eventDigest(event: ExactEvent): Buffer {
  const head = Buffer.allocUnsafe(4);
  head.writeInt32BE(FIELDS);
  const hash = createHash('sha256').update(head);
  const field = (type: number, value: Buffer): void => {
    const prefix = Buffer.allocUnsafe(8);
    prefix.writeInt32BE(type);
    prefix.writeInt32BE(value.length, 4);
    hash.update(prefix).update(value);
  };
  field(INT8, int8(event.position));
  field(TIMESTAMPTZ, int8(event.recordedAtMicros - POSTGRES_EPOCH_MICROS));
  field(TIMESTAMPTZ, int8(event.occurredAtMicros - POSTGRES_EPOCH_MICROS));
  for (const id of [event.eventId, event.streamId, event.key]) field(UUID, Buffer.from(id.replaceAll('-', ''), 'hex'));
  for (const number of [event.version, event.partition, event.schemaVersion]) field(INT4, int4(number));
  for (const text of [event.streamKind, event.type, event.data, event.metadata]) field(TEXT, Buffer.from(text, 'utf8'));
  return hash.digest();
}

/** Of a batch: SHA-256(previous seal, digests of its events in position order). */
export const sealOf = (previous: Buffer, digests: readonly Buffer[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([previous, ...digests]))
    .digest();

/** The seal that stands before the first batch. */
export const FIRST_SEAL: Buffer = createHash('sha256').digest();

function int8(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function int4(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
