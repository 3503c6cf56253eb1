import type { Sql } from '#database';
import type { ProjectedEvent, Projection } from './projection.js';
import { deleteRows, loadRows, type RowTable, upsertRows } from './rows.js';

export interface DocumentProjectionOptions<Row extends object> extends RowTable<Row> {
  readonly name: string;
  readonly version: number;
  readonly handles: readonly string[];
  /** The keys of the rows that the event concerns, in the table's key columns; none where it concerns no row. */
  keysOf(event: ProjectedEvent): readonly Partial<Row>[];
  /**
   * Pure: the row after the event; the same object where nothing changes, undefined where there is to be no row.
   * Absent members of a stored row arrive as null.
   */
  fold(row: Row | undefined, event: ProjectedEvent, key: Partial<Row>): Row | undefined;
}

/** The common projection: rows are loaded for the keys of a batch in one query, folded in memory, written in one statement. */
export function documentProjection<Row extends object>(options: DocumentProjectionOptions<Row>): Projection {
  const { name, version, handles } = options;
  return { name, version, handles, apply: (db, events) => apply(options, db, events) };
}

interface Entry<Row> {
  key: Partial<Row>;
  before: Row | undefined;
  now: Row | undefined;
}

async function apply<Row extends object>(
  options: DocumentProjectionOptions<Row>,
  db: Sql,
  events: readonly ProjectedEvent[],
): Promise<void> {
  const entries = new Map<string, Entry<Row>>();
  const identify = (row: Partial<Row>): string => JSON.stringify(options.key.map((column) => row[column]));
  const due: { event: ProjectedEvent; entry: Entry<Row> }[] = [];
  for (const event of events) {
    for (const key of options.keysOf(event)) {
      const id = identify(key);
      const entry = entries.get(id) ?? { key, before: undefined, now: undefined };
      entries.set(id, entry);
      due.push({ event, entry });
    }
  }
  for (const row of await loadRows(
    db,
    options,
    [...entries.values()].map(({ key }) => key),
  )) {
    const entry = entries.get(identify(row))!;
    entry.before = entry.now = row;
  }
  for (const { event, entry } of due) entry.now = options.fold(entry.now, event, entry.key);
  const touched = [...entries.values()].filter(({ before, now }) => before !== now);
  await upsertRows(
    db,
    options,
    touched.flatMap(({ now }) => (now ? [now] : [])),
  );
  await deleteRows(
    db,
    options,
    touched.flatMap(({ key, now }) => (now ? [] : [key])),
  );
}
