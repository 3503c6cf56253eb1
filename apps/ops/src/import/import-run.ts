import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import type { Sql } from '#database';
import { RequestHasher } from '#privacy';
import type { Encoding } from '#text-files';
import { type ImportParts, Importer, type ImportWatcher } from './importer.js';
import { PositionSet } from './position-set.js';
import { type Source, type SourceOptions, UnusableFile } from './source.js';

/** What is said of one imported data set: rows read = accepted + refused; events appended = rows in the timeline. */
export interface DataSetReport {
  name: string;
  rowsRead: number;
  rowsAccepted: number;
  rowsRefused: number;
  eventsAppended: number;
  readModelRows: number;
}

export interface ImportedSet {
  counts: Omit<DataSetReport, 'readModelRows'>;
  positions: PositionSet;
  /** Finished by an earlier run, and not done again. */
  known: boolean;
}

export interface Fingerprint {
  digest: string;
  /** Lines below the headers of all files: about how many rows there are. */
  rows: number;
}

/** Reads the source's files once, in constant memory. */
export async function fingerprintOf(source: Source, path: string, encoding?: Encoding): Promise<Fingerprint> {
  const hash = createHash('sha256').update(source.name);
  if (encoding) hash.update(`|${encoding}`); // read otherwise, it says something else
  let lines = 0;
  for (const file of source.files(path)) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UnusableFile(`there is no file ${file}`);
    hash.update('\0');
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
    }
  }
  return { digest: hash.digest('hex'), rows: Math.max(0, lines - source.files(path).length) };
}

/**
 * Imports a data set, or answers what its import said where these very files were taken before, every row of them. Files of which
 * a row was refused are read again: what it lacked may be there by now.
 */
export async function importOnce(
  database: Sql,
  parts: ImportParts,
  source: Source,
  path: string,
  digest: string,
  options: SourceOptions,
  watcher: ImportWatcher,
): Promise<ImportedSet> {
  const known = await finished(database, source.name, digest);
  if (known) return known;
  const { positions, ...counts } = await new Importer(parts).run(source, path, options, watcher);
  await database.query(
    `INSERT INTO ops.imports (fingerprint, source, rows_read, rows_accepted, rows_refused, events_appended, ranges)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (fingerprint) DO UPDATE SET rows_read = excluded.rows_read, rows_accepted = excluded.rows_accepted,
       rows_refused = excluded.rows_refused, events_appended = excluded.events_appended, ranges = excluded.ranges`,
    [
      digest,
      source.name,
      counts.rowsRead,
      counts.rowsAccepted,
      counts.rowsRefused,
      counts.eventsAppended,
      JSON.stringify(positions.toRanges()),
    ],
  );
  return { counts: { name: source.name, ...counts }, positions, known: false };
}

async function finished(database: Sql, name: string, digest: string): Promise<ImportedSet | undefined> {
  const { rows } = await database.query<{
    rowsRead: number;
    rowsAccepted: number;
    rowsRefused: number;
    eventsAppended: number;
    ranges: string;
  }>(
    `SELECT rows_read AS "rowsRead", rows_accepted AS "rowsAccepted", rows_refused AS "rowsRefused",
            events_appended AS "eventsAppended", ranges FROM ops.imports WHERE fingerprint = $1 AND rows_refused = 0`,
    [digest],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { ranges, ...counts } = row;
  const positions = new PositionSet();
  for (const [from, to] of JSON.parse(ranges) as [number, number][]) positions.add(from, to);
  return { counts: { name, ...counts }, positions, known: true };
}

/** Rows of the timeline at these positions, counted in the read model itself: one row an event. */
export async function countReadModelRows(database: Sql, positions: PositionSet): Promise<number> {
  const ranges = positions.toRanges();
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM unnest($1::bigint[], $2::bigint[]) AS r (low, high)
     JOIN read.timeline t ON t.position BETWEEN r.low AND r.high`,
    [ranges.map(([from]) => from), ranges.map(([, to]) => to)],
  );
  return rows[0]?.count ?? 0;
}

export const importParts = (
  store: ImportParts['store'],
  keys: ImportParts['keys'],
  master: ConstructorParameters<typeof RequestHasher>[0],
): ImportParts => ({
  store,
  keys,
  hasher: new RequestHasher(master),
});
