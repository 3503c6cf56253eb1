import type { Database } from '#database';
import { newId, partitionOf } from '#event-sourcing';
import { APPEND, parametersOf } from '../../libs/event-store/src/append-parameters.js';
import { Scratch } from '../../libs/event-store/src/binary-array.js';
import { contactAppend, contactEvent } from './contact-log.js';

/** What the store does for one caller, without the store: the same parameters, the same function, one round trip. */
export function directCall(database: Database): () => Promise<void> {
  const scratch = new Scratch();
  return async () => {
    const append = contactAppend([contactEvent('ContactLogged', newId())]);
    const { values } = parametersOf([append], scratch);
    const { rows } = await named(database, 'append', APPEND, values);
    if (rows.length !== 1) throw new Error('no outcome');
  };
}

/** The least that an append could be: a function that inserts the same columns, under no lock, checked and sealed by nothing. */
export async function bareInsert(database: Database): Promise<() => Promise<void>> {
  await database.query(`
    CREATE TABLE bare (position bigserial PRIMARY KEY, recorded_at timestamptz NOT NULL, occurred_at timestamptz NOT NULL,
      event_id uuid NOT NULL, stream_id uuid NOT NULL, key uuid NOT NULL, version int NOT NULL, partition int NOT NULL,
      schema_version int NOT NULL, stream_kind text NOT NULL, type text NOT NULL, data text NOT NULL, metadata text NOT NULL,
      UNIQUE (stream_id, version));
    CREATE FUNCTION bare(timestamptz, uuid, uuid, uuid, int, int, int, text, text, text, text) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE p bigint;
    BEGIN
      INSERT INTO bare (recorded_at, occurred_at, event_id, stream_id, key, version, partition, schema_version, stream_kind, type, data, metadata)
        VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING position INTO p;
      RETURN p;
    END $$;`);
  return async () => {
    const { stream, events } = contactAppend([contactEvent('ContactLogged', newId())]);
    const { occurredAt, eventId, schemaVersion, type, data, metadata } = events[0]!;
    const places = [occurredAt, eventId, stream.id, stream.key, 1, partitionOf(stream.key), schemaVersion];
    const text = 'SELECT bare($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)';
    await named(database, 'bare', text, [...places, stream.kind, type, data, metadata]);
  };
}

/** Prepared once a connection, as the store's own statement is. */
const named = (database: Database, name: string, text: string, values: unknown[]): Promise<{ rows: object[] }> =>
  // pg takes a configuration in place of the text, which our narrow type of a database does not say
  (database.query as unknown as (query: object) => Promise<{ rows: object[] }>).call(database, { name, text, values });
