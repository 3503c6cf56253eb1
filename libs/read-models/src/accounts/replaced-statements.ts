import { type Db, type NamedColumns, RowSet, type RowTable } from '#projections';

type Position = { position: number; replacedAt: number | null };

/**
 * Inserts statements, and marks each that a later one of the same thing takes the place of, with the later one's position.
 * The table's key names the thing, and then the position.
 */
export async function insertStatements<Row extends Position>(db: Db, table: RowTable<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await table.insert(db, rows);
  const thing = table.key.slice(0, -1).map((member) => [member, table.columns[member]] as const);
  const these = new RowSet<Row>(Object.fromEntries(thing) as NamedColumns<Row>);
  const names = these.names;
  await these.send(db, rows, {
    text: `UPDATE ${table.table} t SET replaced_at = n.next
       FROM (SELECT ${names}, position, lead(position) OVER (PARTITION BY ${names} ORDER BY position) AS next FROM ${table.table}
              WHERE (${names}) IN (SELECT * FROM ${these.as('stated')})) n
      WHERE ${thing.map(([, { name }]) => `t.${name} = n.${name}`).join(' AND ')}
        AND t.position = n.position AND n.next IS NOT NULL AND t.replaced_at IS NULL`,
  });
}
