import type { Db, RowTable } from '#projections';

type Position = { position: number; replacedAt: number | null };

/**
 * Inserts statements, and marks each that a later one of the same thing takes the place of, with the later one's position.
 * The table's key names the thing, and then the position.
 */
export async function insertStatements<Row extends Position>(db: Db, table: RowTable<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await table.insert(db, rows);
  const thing = table.key.slice(0, -1) as (keyof Row)[];
  const columns = thing.map((member) => table.columns[member][0]);
  const arrays = thing.map((member, i) => `$${i + 1}::${table.columns[member][1]}[]`);
  const names = columns.join(', ');
  await db.query(
    `UPDATE ${table.table} t SET replaced_at = n.next
       FROM (SELECT ${names}, position, lead(position) OVER (PARTITION BY ${names} ORDER BY position) AS next FROM ${table.table}
              WHERE (${names}) IN (SELECT * FROM unnest(${arrays.join(', ')}))) n
      WHERE ${columns.map((column) => `t.${column} = n.${column}`).join(' AND ')}
        AND t.position = n.position AND n.next IS NOT NULL AND t.replaced_at IS NULL`,
    thing.map((member) => rows.map((row) => row[member])),
  );
}
