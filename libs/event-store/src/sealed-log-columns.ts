import type pg from 'pg';

/** Type of each column that seals cover or that verification walks along, as the log was made. */
const MADE = {
  'events.position': 'bigint',
  'events.recorded_at': 'timestamp with time zone',
  'events.occurred_at': 'timestamp with time zone',
  'events.event_id': 'uuid',
  'events.stream_id': 'uuid',
  'events.key': 'uuid',
  'events.version': 'integer',
  'events.partition': 'integer',
  'events.schema_version': 'integer',
  'events.stream_kind': 'text',
  'events.type': 'text',
  'events.data': 'text',
  'events.metadata': 'text',
  'seals.last_position': 'bigint',
  'seals.recorded_at': 'timestamp with time zone',
  'seals.seal': 'bytea',
} as const;

export type LogColumn = keyof typeof MADE;

const TYPES = `SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.attrelid IN ('log.events'::regclass, 'log.seals'::regclass) AND a.attnum > 0 AND NOT a.attisdropped`;

// No command or feed can carry so much. It would be read into memory a page at a time.
const TEXT_MAX_BYTES = 16 * 1024 * 1024;

/** Expressions over the log's columns that cannot fail, whatever somebody with all rights made of them. */
export class LogColumns {
  private constructor(private readonly found: ReadonlyMap<string, string>) {}

  static async of(pool: Pick<pg.Pool, 'query'>): Promise<LogColumns> {
    const { rows } = await pool.query<{ name: string; type: string }>({ text: TYPES });
    return new LogColumns(new Map(rows.map(({ name, type }) => [name, type])));
  }

  /** What is not as it was made, in words. */
  differences(): string[] {
    return Object.entries(MADE).flatMap(([name, made]) => {
      const type = this.found.get(name);
      return type === made ? [] : [`column log.${name} is ${type ?? 'missing'}, made as ${made}`];
    });
  }

  asMade(...columns: LogColumn[]): boolean {
    return columns.every((column) => this.found.get(column) === MADE[column]);
  }

  /** Its text; null where the column is gone. */
  plain(column: LogColumn): string {
    return this.found.has(column) ? nameOf(column) : 'NULL';
  }

  /** Its text; null where it is too long to be read. */
  text(column: LogColumn): string {
    const name = nameOf(column);
    return this.found.has(column) ? `CASE WHEN octet_length(${name}::text) <= ${TEXT_MAX_BYTES} THEN ${name}::text END` : 'NULL';
  }

  /** An instant's binary form in hex: microseconds since 2000. (`extract` rounds the last instants PostgreSQL knows.) */
  instant(column: LogColumn): string {
    return this.asMade(column) ? `encode(timestamptz_send(${nameOf(column)}), 'hex')` : 'NULL';
  }

  /** A digest's hex; null where it is no digest. */
  digest(column: LogColumn): string {
    const name = nameOf(column);
    return this.asMade(column) ? `CASE WHEN octet_length(${name}) = 32 THEN encode(${name}, 'hex') END` : 'NULL';
  }
}

const nameOf = (column: LogColumn): string => column.slice(column.indexOf('.') + 1);
