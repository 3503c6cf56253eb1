/** A keyset page: `next` holds the sort values of its last row, absent on the last page. */
export interface Page<T> {
  items: T[];
  next?: readonly string[];
}

export interface PageRequest {
  /** 1-200. */
  limit: number;
  /** `next` of the page before. */
  after?: readonly string[];
}

/** `rows` were read with a limit one above the page's, which tells whether there is more. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  sortValues: (row: Row) => readonly string[],
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), ...(rows.length > limit && last && { next: sortValues(last) }) };
}
