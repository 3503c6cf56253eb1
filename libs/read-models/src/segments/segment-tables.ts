import type { Migration } from '#database';
import { firmWide, scoped } from '#projections';

const attributes = `
    CREATE TABLE read.client_attributes (
      client_id   uuid NOT NULL,
      attribute   text NOT NULL,
      branch_id   text NOT NULL,
      value_index text NOT NULL,     -- keyed blind index of the value
      PRIMARY KEY (client_id, attribute)
    );
    CREATE INDEX ON read.client_attributes (attribute, value_index, client_id);`;

const segments = `
    CREATE TABLE read.segments (
      segment_id uuid PRIMARY KEY,
      version    int NOT NULL,
      name       text NOT NULL,
      status     text NOT NULL,
      query      text NOT NULL,      -- JSON
      indexes    text NOT NULL,      -- JSON: blind indexes of the values it names, by attribute
      saved_by   text NOT NULL,
      saved_in   text NOT NULL,      -- branch
      saved_at   timestamptz NOT NULL,
      retired_by text,
      counted_on text NOT NULL       -- JSON list of dates, ascending
    );`;

const counts = `
    CREATE TABLE read.segment_counts (
      segment_id uuid NOT NULL,
      on_date    date NOT NULL,
      branch_id  text NOT NULL,
      clients    int NOT NULL,
      PRIMARY KEY (segment_id, on_date, branch_id)
    );`;

/** Who counts segments at a month's end reads what they are counted by, of every branch; none of it is personal in plain. */
const counted = ['segments', 'client_attributes', 'client_contacts', 'survey_answers', 'complaints', 'tier_rules']
  .map(
    (table) => `
    CREATE POLICY counted ON read.${table} FOR SELECT TO rapport_timekeeper USING (true);
    GRANT SELECT ON read.${table} TO rapport_timekeeper;`,
  )
  .join('');

export const clientAttributeMigrations: readonly Migration[] = [
  { name: 'read-models-005-client-attributes', sql: `${attributes}\n${scoped('client_attributes')}` },
];

/** After those of whatever segments are counted by. */
export const segmentMigrations: readonly Migration[] = [
  { name: 'read-models-005-segments', sql: `${segments}\n${firmWide('segments')}` },
  { name: 'read-models-005-segment-counts', sql: `${counts}\n${scoped('segment_counts')}` },
  { name: 'read-models-006-for-who-counts-segments', sql: counted },
];
