import type pg from 'pg';
import { assertDurable, createPool, type PoolOptions } from '#database';
import type { EventRegistry, Instant, RecordedEvent, Uuid } from '#event-sourcing';
import type { Append, Outcome, StoredOutcome } from './append.js';
import type { AppendLoad } from './append-metrics.js';
import { Coalescer, type CoalescerOptions } from './coalescer.js';
import { GatheredLookUp } from './gathered-look-up.js';
import { LogReader } from './log-reader.js';
import { checkReadable } from './readable.js';
import { COLUMNS, RAW, recordedEvent, type RecordedRow } from './recorded-row.js';

export interface EventStoreOptions extends Omit<CoalescerOptions, 'onAppended' | 'onSettled'>, Pick<PoolOptions, 'onIdleError'> {
  /** Connections for loading and look-ups; appends have one of their own. */
  maxReaders?: number;
  /** How often outcomes that nobody may ask for again are forgotten; default once an hour. */
  purgeEveryMs?: number;
}

/** Where the log ends. */
export interface LogHead {
  position: number;
  recordedAt: Instant;
  /** Hex. */
  seal: string;
}

export type AppendListener = (position: number) => void;

const STREAM_PAGE = 1_000;
const MANY_PAGE = 5_000;
/** Events of a stream that are loaded together with other callers' streams; most streams have fewer. */
const BEGINNING = 100;
const PURGE_CHUNK = 1_000;
const PURGE_EVERY_MS = 3_600_000;
const FIRST_VERSION = 1;
const LOAD = `SELECT ${COLUMNS} FROM log.events WHERE stream_id = $1 AND version >= $2 ORDER BY version LIMIT ${STREAM_PAGE}`;
const LOAD_MANY = `SELECT ${COLUMNS} FROM log.events WHERE stream_id = ANY ($1::uuid[]) AND (stream_id, version) > ($2::uuid, $3::int)
  ORDER BY stream_id, version LIMIT ${MANY_PAGE}`;
const OUTCOMES = `SELECT command_id, request_hash, stream_id, event_count, position, version FROM log.outcomes WHERE command_id = ANY ($1::uuid[])`;
// lateral: the beginning of each stream by its index, however many are asked for
const BEGINNINGS = `SELECT ${COLUMNS} FROM unnest($1::uuid[]) AS asked(id),
  LATERAL (SELECT * FROM log.events WHERE stream_id = asked.id ORDER BY version LIMIT ${BEGINNING}) e ORDER BY stream_id, version`;
const FIRSTS = `SELECT stream_id, stream_kind, key, metadata FROM log.events WHERE stream_id = ANY ($1::uuid[]) AND version = 1`;
const VERSION = `SELECT version FROM log.events WHERE stream_id = $1 ORDER BY version DESC LIMIT 1`;
const HEAD = `SELECT last_position AS position, recorded_at, seal FROM log.seals ORDER BY last_position DESC LIMIT 1`;
const NIL = '00000000-0000-0000-0000-000000000000';

interface OutcomeRow {
  command_id: Uuid;
  request_hash: Buffer;
  stream_id: Uuid;
  event_count: number;
  position: number;
  version: number;
}

/** The source of truth: appends what was decided, and loads streams to decide on. */
export class EventStore {
  private readonly coalescer: Coalescer;
  private readonly listeners = new Set<AppendListener>();
  private readonly settledListeners = new Set<() => void>();
  private readonly purging: NodeJS.Timeout;
  private readonly outcomes = new GatheredLookUp((ids) => this.findOutcomes(ids));
  private readonly firsts = new GatheredLookUp((ids) => this.findFirsts(ids));
  private readonly beginnings = new GatheredLookUp((ids) => this.findBeginnings(ids));

  private constructor(
    private readonly pool: pg.Pool,
    options: EventStoreOptions,
  ) {
    const onSettled = (): void => {
      for (const listener of this.settledListeners) listener();
    };
    this.coalescer = new Coalescer({ ...options, onAppended: (position) => this.tell(position), onSettled });
    const purge = (): void => void this.purgeExpiredOutcomes().catch(() => undefined); // the next hour tries again
    this.purging = setInterval(purge, options.purgeEveryMs ?? PURGE_EVERY_MS).unref();
  }

  /** Throws UnsafeServer where the server would lose what it acknowledged. */
  static async open(options: EventStoreOptions): Promise<EventStore> {
    const { url, role, applicationName, maxReaders: max, onIdleError } = options;
    const pool = createPool({ url, role, applicationName, max, onIdleError });
    try {
      await assertDurable(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new EventStore(pool, options);
  }

  /**
   * Appends all of a command's events, or none; durable when it resolves. Rejects with TypeError for a malformed command,
   * Overloaded where nothing was stored, OutcomeUnknown where the same command id will tell.
   */
  append(append: Append): Promise<Outcome> {
    return this.coalescer.append(append);
  }

  /** How busy the append path is. */
  get appendLoad(): AppendLoad {
    return this.coalescer.load;
  }

  /** What an earlier command of this id did: undefined where it is new, or its outcome is no longer kept. */
  async outcomeOf(commandId: Uuid, requestHash: string): Promise<StoredOutcome | 'mismatch' | undefined> {
    const row = await this.outcomes.of(commandId);
    if (!row) return undefined;
    if (row.request_hash.toString('hex') !== requestHash) return 'mismatch';
    return { streamId: row.stream_id, eventCount: row.event_count, position: row.position, version: row.version };
  }

  /** A stream's events in order of version; empty where there is no such stream. */
  async load(streamId: Uuid, fromVersion = FIRST_VERSION): Promise<RecordedEvent[]> {
    const events = fromVersion === FIRST_VERSION ? [...(await this.beginnings.of(streamId))] : [];
    if (fromVersion === FIRST_VERSION && events.length < BEGINNING) return events;
    for (let from = fromVersion + events.length; ; from = events.at(-1)!.version + 1) {
      const page = await this.pool.query<RecordedRow>({ name: 'load', text: LOAD, values: [streamId, from], rowMode: 'array', types: RAW });
      for (const row of page.rows) events.push(recordedEvent(row));
      if (page.rows.length < STREAM_PAGE) return events;
    }
  }

  /** What the first event of a stream says beside its data; undefined where there is no such stream. */
  firstOf(streamId: Uuid): Promise<Pick<RecordedEvent, 'streamKind' | 'key' | 'metadata'> | undefined> {
    return this.firsts.of(streamId);
  }

  /** Several streams at once; a stream without events has an empty list. */
  async loadMany(streamIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, RecordedEvent[]>> {
    const streams = new Map<Uuid, RecordedEvent[]>(streamIds.map((id) => [id, []]));
    let after: [Uuid, number] = [NIL, 0];
    for (;;) {
      const values = [[...streams.keys()], ...after];
      const { rows } = await this.pool.query<RecordedRow>({ name: 'load-many', text: LOAD_MANY, values, rowMode: 'array', types: RAW });
      const events = rows.map(recordedEvent);
      for (const event of events) streams.get(event.streamId)!.push(event);
      const last = events.at(-1);
      if (!last || events.length < MANY_PAGE) return streams;
      after = [last.streamId, last.version];
    }
  }

  /** The log in position order, over the connections that load streams. */
  get log(): LogReader {
    return new LogReader(this.pool);
  }

  /** 0 where there is no such stream. */
  async streamVersion(streamId: Uuid): Promise<number> {
    const { rows } = await this.pool.query<{ version: number }>({ name: 'version', text: VERSION, values: [streamId] });
    return rows[0]?.version ?? 0;
  }

  async head(): Promise<LogHead> {
    const { rows } = await this.pool.query<{ position: number; recorded_at: Instant; seal: Buffer }>({ name: 'head', text: HEAD });
    const [row] = rows;
    if (!row) throw new Error('the log has no first seal');
    return { position: row.position, recordedAt: row.recorded_at, seal: row.seal.toString('hex') };
  }

  /** Told of each append through this store, after it is durable. Answers a function that takes the listener away again. */
  readonly onAppended = (listener: AppendListener): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Told when appends came back, however they ended. Answers a function that takes the listener away again. */
  readonly onSettled = (listener: () => void): (() => void) => {
    this.settledListeners.add(listener);
    return () => void this.settledListeners.delete(listener);
  };

  /** Forgets outcomes of HTTP commands older than seven days, in short transactions. Answers how many. */
  async purgeExpiredOutcomes(chunksMax = 1_000): Promise<number> {
    let purged = 0;
    for (let chunk = 0; chunk < chunksMax; chunk++) {
      const { rows } = await this.pool.query<{ gone: number }>('SELECT log.purge_outcomes($1) AS gone', [PURGE_CHUNK]);
      const { gone } = rows[0]!;
      purged += gone;
      if (gone < PURGE_CHUNK) break;
    }
    return purged;
  }

  /** Throws UnreadableLog unless this build can read every event that is stored. Looks only at what is new since the last time. */
  checkReadable(registry: EventRegistry): Promise<void> {
    return checkReadable(this.pool, registry);
  }

  /** Waits for appends that are under way; refuses new ones. */
  async close(): Promise<void> {
    clearInterval(this.purging);
    await this.coalescer.close();
    await this.pool.end();
  }

  private async findOutcomes(ids: readonly Uuid[]): Promise<(OutcomeRow | undefined)[]> {
    const { rows } = await this.pool.query<OutcomeRow>({ name: 'outcomes', text: OUTCOMES, values: [ids] });
    const byCommand = new Map(rows.map((row) => [row.command_id, row]));
    return ids.map((id) => byCommand.get(id));
  }

  private async findFirsts(ids: readonly Uuid[]): Promise<(Pick<RecordedEvent, 'streamKind' | 'key' | 'metadata'> | undefined)[]> {
    const { rows } = await this.pool.query<[Uuid, string, Uuid, string]>({
      name: 'firsts',
      text: FIRSTS,
      values: [ids],
      rowMode: 'array',
      types: RAW,
    });
    const byStream = new Map(rows.map(([id, streamKind, key, metadata]) => [id, { streamKind, key, metadata }]));
    return ids.map((id) => byStream.get(id));
  }

  private async findBeginnings(ids: readonly Uuid[]): Promise<RecordedEvent[][]> {
    const { rows } = await this.pool.query<RecordedRow>({
      name: 'beginnings',
      text: BEGINNINGS,
      values: [ids],
      rowMode: 'array',
      types: RAW,
    });
    const byStream = new Map<Uuid, RecordedEvent[]>(ids.map((id) => [id, []]));
    for (const row of rows) {
      const event = recordedEvent(row);
      byStream.get(event.streamId)!.push(event);
    }
    return ids.map((id) => byStream.get(id)!);
  }

  private tell(position: number): void {
    for (const listener of this.listeners) listener(position);
  }
}
