/**
 * Rows in groups that go to the log one after the other, each all at once. Rows of a lane keep their order, within a group
 * too, for that is the order in which they are sent; a row that shares a key with an earlier one waits for what becomes of it.
 */
export function wavesOf<Row extends { lane: string }>(rows: readonly Row[], keysOf: (row: Row) => readonly string[]): Row[][] {
  const waves: Row[][] = [];
  const byLane = new Map<string, number>();
  const byKey = new Map<string, number>();
  for (const row of rows) {
    const keys = keysOf(row);
    let at = byLane.get(row.lane) ?? 0;
    for (const key of keys) at = Math.max(at, (byKey.get(key) ?? -1) + 1);
    byLane.set(row.lane, at);
    for (const key of keys) byKey.set(key, at);
    const wave = waves[at];
    if (wave) wave.push(row);
    else waves[at] = [row];
  }
  return waves;
}
