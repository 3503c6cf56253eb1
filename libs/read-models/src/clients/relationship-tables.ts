import type { Migration } from '#database';
import { scoped } from '#projections';

const relationships = `
    CREATE TABLE read.relationships (
      client_id  uuid NOT NULL,
      ordinal    int NOT NULL,
      branch_id  text NOT NULL,
      staff_id   text NOT NULL,
      role       text NOT NULL,
      is_primary boolean NOT NULL,
      from_date  date NOT NULL,
      to_date    date,
      PRIMARY KEY (client_id, ordinal)
    );
    CREATE INDEX ON read.relationships (staff_id, client_id);`;

export const relationshipMigrations: readonly Migration[] = [
  { name: 'read-models-006-relationships', sql: `${relationships}\n${scoped('relationships')}` },
];
