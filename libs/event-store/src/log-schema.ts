/** Tables of the log. Who may do what is in `migrations.ts`, how it grows in `append-function.ts`. */
export const logSchema = `
CREATE SCHEMA log;

-- The mutex. It is locked, never updated: a row updated by every batch would grow one dead version per commit
-- while any old snapshot is open (a report, a dump), and every append would walk them all.
CREATE TABLE log.clock (one boolean PRIMARY KEY DEFAULT true CHECK (one));
INSERT INTO log.clock DEFAULT VALUES;

-- The clock proper: its newest row says where the log ends, when, and under which seal. Append-only, like the log.
CREATE TABLE log.seals (
  last_position bigint PRIMARY KEY,
  recorded_at   timestamptz NOT NULL,
  seal          bytea NOT NULL            -- SHA-256(previous seal, digests of this batch in position order)
);
INSERT INTO log.seals VALUES (0, 'epoch', sha256(''));

CREATE TABLE log.events (
  position       bigint PRIMARY KEY,      -- gapless; row order = commit order = visible order
  recorded_at    timestamptz NOT NULL,    -- whole milliseconds; never decreases along positions
  occurred_at    timestamptz NOT NULL,
  event_id       uuid NOT NULL,
  stream_id      uuid NOT NULL,           -- UUIDv7: random ids scatter the index
  key            uuid NOT NULL,
  version        int NOT NULL,            -- 1..n without a gap
  partition      int NOT NULL,
  schema_version int NOT NULL,
  stream_kind    text NOT NULL,
  type           text NOT NULL,
  data           text NOT NULL,           -- JSON as text: the bytes that were hashed, and never queried in place
  metadata       text NOT NULL,
  UNIQUE (stream_id, version)             -- also the head lookup: a streams table would repeat it for 5-13 % more
);

CREATE TABLE log.outcomes (
  command_id   uuid PRIMARY KEY,
  request_hash bytea NOT NULL,
  stream_id    uuid NOT NULL,
  position     bigint NOT NULL,           -- of its last event, or of the log where it had none
  version      int NOT NULL,              -- likewise, of its stream
  event_count  int NOT NULL,
  keep         boolean NOT NULL,          -- for ever; else seven days
  recorded_at  timestamptz NOT NULL
);
CREATE INDEX ON log.outcomes USING brin (recorded_at);

CREATE TABLE log.reservations (
  kind      text NOT NULL,
  key       text NOT NULL,
  stream_id uuid NOT NULL,                -- the holder
  PRIMARY KEY (kind, key)
);

-- Which event shapes the log holds, so that a start need not read all of it again.
CREATE TABLE log.stored_types (type text, schema_version int, PRIMARY KEY (type, schema_version));
CREATE TABLE log.types_collected (one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL);
INSERT INTO log.types_collected (position) VALUES (0);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.seals FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- SHA-256 over every column in PostgreSQL's binary form of a record: number of fields, then of each its type's OID,
-- its length and its bytes. So no two different events have the same image. Inlined by the planner.
CREATE FUNCTION log.event_digest(e log.events) RETURNS bytea LANGUAGE sql STABLE RETURN
  sha256(record_send(ROW(e.position, e.recorded_at, e.occurred_at, e.event_id, e.stream_id, e.key, e.version, e.partition,
    e.schema_version, e.stream_kind, e.type, e.data, e.metadata)));
`;
