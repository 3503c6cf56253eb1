import type pg from 'pg';
import type { ExactEvent } from './event-digest.js';
import { RAW } from './recorded-row.js';

export interface ExactSeal {
  lastPosition: bigint;
  recordedAtMicros: bigint;
  seal: Buffer;
}

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
const EVENTS = `SELECT position, ${micros('recorded_at')}, ${micros('occurred_at')}, event_id, stream_id, key, version, partition,
  schema_version, stream_kind, type, data, metadata FROM log.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`;
const SEALS = `SELECT last_position, ${micros('recorded_at')}, encode(seal, 'hex') FROM log.seals
  WHERE last_position > $1 AND last_position <= $2 ORDER BY last_position LIMIT $3`;
const VERSIONS = `SELECT stream_id, version, position, stream_kind, key FROM log.events
  WHERE (stream_id, version) > ($1::uuid, $2::int) ORDER BY stream_id, version LIMIT $3`;
const FROM_BELOW_ALL = '-9223372036854775808';

type Pool = Pick<pg.Pool, 'query'>;

/** Every event up to a position in position order, and whatever stands at or below zero, where nothing should be. */
export async function* exactEvents(pool: Pool, upTo: bigint, pageSize: number): AsyncGenerator<ExactEvent[]> {
  for await (const rows of pages(pool, EVENTS, upTo, pageSize)) yield rows.map(exactEvent);
}

export async function* exactSeals(pool: Pool, upTo: bigint, pageSize: number): AsyncGenerator<ExactSeal[]> {
  for await (const rows of pages(pool, SEALS, upTo, pageSize)) {
    yield rows.map(([position, recordedAt, seal]) => ({
      lastPosition: BigInt(position!),
      recordedAtMicros: BigInt(recordedAt!),
      seal: Buffer.from(seal!, 'hex'),
    }));
  }
}

export interface StreamStep {
  streamId: string;
  version: number;
  position: bigint;
  streamKind: string;
  key: string;
}

/** Every event, stream after stream, in order of version. */
export async function* streamSteps(pool: Pool, pageSize: number): AsyncGenerator<StreamStep[]> {
  let after: [string, number] = ['00000000-0000-0000-0000-000000000000', -1];
  for (;;) {
    const { rows } = await pool.query<string[]>({ text: VERSIONS, values: [...after, pageSize], rowMode: 'array', types: RAW });
    const steps = rows.map(([streamId, version, position, streamKind, key]) => ({
      streamId: streamId!,
      version: Number(version),
      position: BigInt(position!),
      streamKind: streamKind!,
      key: key!,
    }));
    const last = steps.at(-1);
    if (!last) return;
    yield steps;
    after = [last.streamId, last.version];
  }
}

async function* pages(pool: Pool, text: string, upTo: bigint, pageSize: number): AsyncGenerator<string[][]> {
  for (let after = FROM_BELOW_ALL; ;) {
    const values = [after, String(upTo), pageSize];
    const { rows } = await pool.query<string[]>({ text, values, rowMode: 'array', types: RAW });
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last[0]!;
  }
}

function exactEvent(row: readonly string[]): ExactEvent {
  return {
    position: BigInt(row[0]!),
    recordedAtMicros: BigInt(row[1]!),
    occurredAtMicros: BigInt(row[2]!),
    eventId: row[3]!,
    streamId: row[4]!,
    key: row[5]!,
    version: Number(row[6]),
    partition: Number(row[7]),
    schemaVersion: Number(row[8]),
    streamKind: row[9]!,
    type: row[10]!,
    data: row[11]!,
    metadata: row[12]!,
  };
}
