import type pg from 'pg';
import type { RecordedEvent } from '#event-sourcing';
import { COLUMNS, RAW, recordedEvent, type RecordedRow } from './recorded-row.js';

export interface PageRequest {
  /** Positions above this one; 0 is the beginning. */
  after: number;
  /** Events at most. */
  limit: number;
  /** Positions up to this one. */
  upTo?: number;
  /** Of this partition alone. */
  partition?: number;
}

export interface PartRequest {
  /** Positions above this one and up to `upTo`: what lies between is scanned in one statement, so not more than some ten thousand. */
  after: number;
  upTo: number;
  limit: number;
  partitions: readonly number[];
  /** Types that are left out. */
  exceptTypes: readonly string[];
}

const PAGE = `SELECT ${COLUMNS} FROM log.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`;
const PARTITION_PAGE = `SELECT ${COLUMNS} FROM log.events WHERE position > $1 AND position <= $2 AND partition = $4 ORDER BY position LIMIT $3`;

const PART = `SELECT ${COLUMNS} FROM log.events WHERE position > $1 AND position <= $2 AND partition = ANY ($4::int[]) AND type <> ALL ($5::text[]) ORDER BY position LIMIT $3`;

/** Reads the log in position order, each page a statement of its own: no snapshot stays open while its reader works. */
export class LogReader {
  constructor(private readonly pool: Pick<pg.Pool, 'query'>) {}

  /** The next page; shorter than its limit only where the log ends for now, or `upTo` does. */
  async read({ after, limit, upTo = Number.MAX_SAFE_INTEGER, partition }: PageRequest): Promise<RecordedEvent[]> {
    const { rows } = await this.pool.query<RecordedRow>(
      partition === undefined
        ? { name: 'page', text: PAGE, values: [after, upTo, limit], rowMode: 'array', types: RAW }
        : { name: 'partition-page', text: PARTITION_PAGE, values: [after, upTo, limit, partition], rowMode: 'array', types: RAW },
    );
    return rows.map(recordedEvent);
  }

  /** The events of some partitions and types within a stretch of the log; shorter than its limit only where nothing follows in it. */
  async readPart({ after, upTo, limit, partitions, exceptTypes }: PartRequest): Promise<RecordedEvent[]> {
    // without a name, so that it is planned for these values: a list of types that is known then is hashed
    const values = [after, upTo, limit, partitions, exceptTypes];
    const { rows } = await this.pool.query<RecordedRow>({ text: PART, values, rowMode: 'array', types: RAW });
    return rows.map(recordedEvent);
  }

  /** All pages, none of them empty, to the end of the log or to `upTo`. The next one is read while this one is used. */
  async *pages(request: PageRequest): AsyncGenerator<RecordedEvent[], void, undefined> {
    let next = this.prefetch(request);
    for (;;) {
      const page = await next;
      const last = page.at(-1);
      if (!last) return;
      const full = page.length === request.limit;
      if (full) next = this.prefetch({ ...request, after: last.position });
      yield page;
      if (!full) return;
    }
  }

  private prefetch(request: PageRequest): Promise<RecordedEvent[]> {
    const page = this.read(request);
    page.catch(() => undefined); // rejects where it is awaited, or nobody wants it any more
    return page;
  }
}
