import type pg from 'pg';
import { type ExactEvent, POSTGRES_EPOCH_MICROS } from './event-digest.js';
import { RAW } from './recorded-row.js';
import { LogColumns } from './sealed-log-columns.js';

/** A row of log.events: the event, or the columns that hold what no event of the log can. */
export type EventRow = { position: bigint } & ({ event: ExactEvent } | { event: undefined; unreadable: string[] });

/** A row of log.seals. What holds no instant or no digest is undefined. */
export interface SealRow {
  lastPosition: bigint;
  recordedAtMicros: bigint | undefined;
  seal: Buffer | undefined;
}

export interface StreamStep {
  streamId: string;
  version: number;
  position: bigint;
  streamKind: string | null;
  key: string | null;
}

type Pool = Pick<pg.Pool, 'query'>;
type Cells = readonly (string | null)[];

const FROM_BELOW_ALL = '-9223372036854775808';
const FROM_BELOW_ALL_VERSIONS = -(2 ** 31);

/**
 * The log as it stands, read in pages for its verification. Trusts neither the rows nor the columns to be as the log
 * makes them: nothing that stands in a row makes a read fail.
 */
export class SealedLog {
  private constructor(
    private readonly pool: Pool,
    private readonly pageSize: number,
    readonly columns: LogColumns,
  ) {}

  static async open(pool: Pool, pageSize: number): Promise<SealedLog> {
    return new SealedLog(pool, pageSize, await LogColumns.of(pool));
  }

  /** The newest seal's position, the last event's, and how many rows stand at no position, seen in one snapshot. */
  async ends(): Promise<{ sealed: bigint; last: bigint; placeless: number }> {
    const events = this.columns.asMade('events.position');
    const seals = this.columns.asMade('seals.last_position');
    const { rows } = await this.pool.query<{ sealed: string | null; last: string | null; placeless: string }>({
      text: `SELECT ${seals ? '(SELECT max(last_position) FROM log.seals)' : 'NULL'}::text AS sealed,
        ${events ? '(SELECT max(position) FROM log.events)' : 'NULL'}::text AS last,
        (${events ? '(SELECT count(*) FROM log.events WHERE position IS NULL)' : '0'} +
         ${seals ? '(SELECT count(*) FROM log.seals WHERE last_position IS NULL)' : '0'})::text AS placeless`,
    });
    const { sealed, last, placeless } = rows[0]!;
    return { sealed: BigInt(sealed ?? 0), last: BigInt(last ?? 0), placeless: Number(placeless) };
  }

  async countUpTo(position: bigint): Promise<number> {
    if (!this.columns.asMade('events.position')) return 0;
    const text = 'SELECT count(*)::text AS count FROM log.events WHERE position <= $1';
    const { rows } = await this.pool.query<{ count: string }>(text, [String(position)]);
    return Number(rows[0]!.count);
  }

  /** Every event up to a position in position order, and whatever stands at or below zero, where nothing should be. */
  async *events(upTo: bigint): AsyncGenerator<EventRow[]> {
    const { columns } = this;
    if (!columns.asMade('events.position')) return;
    const list = [
      'position',
      ...(['events.recorded_at', 'events.occurred_at'] as const).map((column) => columns.instant(column)),
      ...(['events.event_id', 'events.stream_id', 'events.key'] as const).map((column) => columns.plain(column)),
      ...(['events.version', 'events.partition', 'events.schema_version'] as const).map((column) => columns.plain(column)),
      ...(['events.stream_kind', 'events.type', 'events.data', 'events.metadata'] as const).map((column) => columns.text(column)),
    ].join(', ');
    const text = `SELECT ${list} FROM log.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`;
    for await (const rows of this.pages(text, upTo)) yield rows.map(eventRow);
  }

  async *seals(upTo: bigint): AsyncGenerator<SealRow[]> {
    const { columns } = this;
    if (!columns.asMade('seals.last_position')) return;
    const text = `SELECT last_position, ${columns.instant('seals.recorded_at')}, ${columns.digest('seals.seal')} FROM log.seals
      WHERE last_position > $1 AND last_position <= $2 ORDER BY last_position LIMIT $3`;
    for await (const rows of this.pages(text, upTo)) {
      yield rows.map(([position, recordedAt, seal]) => ({
        lastPosition: BigInt(position!),
        recordedAtMicros: microsOf(recordedAt),
        seal: seal ? Buffer.from(seal, 'hex') : undefined,
      }));
    }
  }

  /** Every event that has a stream, a version and a position, stream after stream, in order of version. */
  async *streamSteps(): AsyncGenerator<StreamStep[]> {
    const { columns, pageSize } = this;
    if (!columns.asMade('events.stream_id', 'events.version', 'events.position')) return;
    const text = `SELECT stream_id, version, position, ${columns.plain('events.stream_kind')}, ${columns.plain('events.key')}
      FROM log.events WHERE (stream_id, version) > ($1::uuid, $2::int) AND version IS NOT NULL AND position IS NOT NULL
      ORDER BY stream_id, version LIMIT $3`;
    let after: [string, number] = ['00000000-0000-0000-0000-000000000000', FROM_BELOW_ALL_VERSIONS];
    for (;;) {
      const { rows } = await this.pool.query<(string | null)[]>({ text, values: [...after, pageSize], rowMode: 'array', types: RAW });
      const steps = rows.map(([streamId, version, position, streamKind, key]) => ({
        streamId: streamId!,
        version: Number(version),
        position: BigInt(position!),
        streamKind: streamKind ?? null,
        key: key ?? null,
      }));
      const last = steps.at(-1);
      if (!last) return;
      yield steps;
      after = [last.streamId, last.version];
    }
  }

  private async *pages(text: string, upTo: bigint): AsyncGenerator<Cells[]> {
    for (let after = FROM_BELOW_ALL; ;) {
      const values = [after, String(upTo), this.pageSize];
      const { rows } = await this.pool.query<(string | null)[]>({ text, values, rowMode: 'array', types: RAW });
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last[0]!;
    }
  }
}

function eventRow(row: Cells): EventRow {
  const unreadable: string[] = [];
  function read<T>(name: string, value: T | null | undefined): T {
    if (value === null || value === undefined) unreadable.push(name);
    return value as T; // answered to nobody once its name is in the list
  }
  const position = BigInt(row[0]!);
  const event = {
    position,
    recordedAtMicros: read('recorded_at', microsOf(row[1])),
    occurredAtMicros: read('occurred_at', microsOf(row[2])),
    eventId: read('event_id', row[3]),
    streamId: read('stream_id', row[4]),
    key: read('key', row[5]),
    version: read('version', int4(row[6])),
    partition: read('partition', int4(row[7])),
    schemaVersion: read('schema_version', int4(row[8])),
    streamKind: read('stream_kind', row[9]),
    type: read('type', row[10]),
    data: read('data', row[11]),
    metadata: read('metadata', row[12]),
  };
  return unreadable.length === 0 ? { position, event } : { position, event: undefined, unreadable };
}

const INFINITY = '7fffffffffffffff';
const MINUS_INFINITY = '8000000000000000';
const INTEGER = /^-?\d+$/;

/** Since 1970; undefined where it is no instant. */
function microsOf(hex: string | null | undefined): bigint | undefined {
  if (!hex || hex === INFINITY || hex === MINUS_INFINITY) return undefined;
  return BigInt.asIntN(64, BigInt(`0x${hex}`)) + POSTGRES_EPOCH_MICROS;
}

function int4(text: string | null | undefined): number | undefined {
  const value = text && INTEGER.test(text) ? Number(text) : NaN;
  return (value | 0) === value ? value : undefined;
}
