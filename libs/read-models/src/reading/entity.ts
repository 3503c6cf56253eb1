import { type EntityManager, EntitySchema, type EntitySchemaColumnOptions, type Repository } from 'typeorm';
import type { Instant } from '#event-sourcing';
import { READ_SCHEMA, type RowTable } from '#projections';
import type { AnyTable } from '../read-model.js';

export const safeInteger = {
  to: (value: number) => value,
  from(text: string | number): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no safe integer`);
    return value;
  },
};
const instantText = { to: (value: Instant) => value, from: (value: Date | null) => value?.toISOString() ?? null };

const known = new WeakMap<AnyTable, EntitySchema<object>>();

/** A TypeORM entity of a projection's table: one description of the columns serves writing and reading. */
export function entityOf(table: AnyTable): EntitySchema<object> {
  const entity = known.get(table) ?? makeEntity(table);
  known.set(table, entity);
  return entity;
}

/** The rows of a table, as those who read see them. */
export const repositoryOf = <Row extends object>(manager: EntityManager, table: RowTable<Row>): Repository<Row> =>
  manager.getRepository(entityOf(table) as EntitySchema<Row>);

function makeEntity({ table, key, columns }: AnyTable): EntitySchema<object> {
  const described = Object.entries(columns).map(([member, { name, type, nullable }]) => {
    const options: EntitySchemaColumnOptions = { type: type as 'text', name, primary: key.includes(member), nullable };
    if (type === 'bigint') options.transformer = safeInteger;
    if (type === 'timestamptz') options.transformer = instantText;
    return [member, options] as const;
  });
  return new EntitySchema<object>({ name: table, schema: READ_SCHEMA, tableName: table, columns: Object.fromEntries(described) });
}
