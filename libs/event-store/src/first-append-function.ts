import { outcomeRetention } from './outcome-retention.js';

/**
 * Released. `log.append` has been replaced by `append-function.ts` since, and its text stays, for it has been applied;
 * `log.purge_outcomes` and `log.collect_types` are in force.
 */
export const firstAppendFunction = `
-- Commands: id, request hash, keep, expected version (0 = no stream yet, -1 = any), number of events, slot in p_stream.
-- p_again: how many commands repeat an id of this same batch.
-- Streams: distinct, first those of the commands. Events, in order: owner (1-based command), nth within it (from 0), columns.
-- Guards, by owner: slot and version. Names: distinct. Claims, by owner, releases first: name, taken or released.
-- outcome: 0 accepted, 1 repeat (the first outcome again), 2 version conflict (at_stream stands at at_version),
-- 3 id used for another request, 4 the name at_count is held by at_stream. Only accepted ones are stored: after a
-- conflict the caller may reload, decide again and retry under the same id. A single row of outcome -1: all at_count
-- commands are accepted, one event each, every version as expected, in positions up to at_position.
CREATE FUNCTION log.append(
  p_command uuid[], p_request bytea[], p_keep int[], p_expected int[], p_count int[], p_slot int[], p_again int, p_stream uuid[],
  p_owner int[], p_nth int[], p_event_id uuid[], p_key uuid[], p_partition int[], p_schema_version int[], p_occurred_at timestamptz[],
  p_kind text[], p_type text[], p_data text[], p_metadata text[],
  p_guard_owner int[], p_guard_slot int[], p_guard_version int[],
  p_claim_owner int[], p_claim_name int[], p_claim_take int[], p_name_kind text[], p_name_key text[]
) RETURNS TABLE (outcome int, at_position bigint, at_version int, at_count int, at_stream uuid) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, log, pg_temp
-- Plans are cached for the session; one made while a table is tiny must not scan it for ever after.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  n          constant int := cardinality(p_command);
  v_last     bigint;                                -- end of the log
  v_at       timestamptz;
  v_seal     bytea;
  v_digest   bytea;
  v_usual    boolean;
  v_known    bigint;                                -- commands seen before, in the table or in this batch
  v_head     int[];                                 -- by slot: version of the stream, moving as commands are accepted
  v_held     uuid[];                                -- by name: its holder before this batch
  v_holder   uuid[];                                -- by name: its holder, moving likewise
  v_outcome  int[] := array_fill(0, ARRAY[n]);
  v_position bigint[];                              -- by command: what is answered and, where accepted, stored
  v_version  int[];
  v_count    int[] := p_count;
  v_stream   uuid[];
  g          int := 1;                              -- next guard, next claim
  c          int := 1;
  c_end      int;
  s          int;
  r          record;
BEGIN
  PERFORM FROM clock WHERE one FOR UPDATE;          -- the first lock of every append, so nothing below can deadlock
  IF NOT FOUND THEN RAISE EXCEPTION 'the clock row is missing'; END IF;

  IF n = 1 AND p_count[1] = 1 AND cardinality(p_guard_owner) + cardinality(p_claim_owner) = 0 THEN
    -- alone: the same rules without sets, a fifth less work
    SELECT last_position + 1, greatest(recorded_at, date_trunc('milliseconds', clock_timestamp())), seal INTO v_last, v_at, v_seal
      FROM seals ORDER BY last_position DESC LIMIT 1;
    SELECT o.position, o.version, o.event_count, o.stream_id, o.request_hash = p_request[1] AS same INTO r
      FROM outcomes o WHERE o.command_id = p_command[1];
    IF FOUND THEN
      RETURN QUERY VALUES (CASE WHEN r.same THEN 1 ELSE 3 END, r.position, r.version, r.event_count, r.stream_id);
      RETURN;
    END IF;
    s := coalesce((SELECT e.version FROM events e WHERE e.stream_id = p_stream[1] ORDER BY e.version DESC LIMIT 1), 0);
    IF p_expected[1] NOT IN (s, -1) THEN
      RETURN QUERY VALUES (2, 0::bigint, s, 0, p_stream[1]);
      RETURN;
    END IF;
    INSERT INTO events VALUES (v_last, v_at, p_occurred_at[1], p_event_id[1], p_stream[1], p_key[1], s + 1, p_partition[1],
      p_schema_version[1], p_kind[1], p_type[1], p_data[1], p_metadata[1]) RETURNING event_digest(events) INTO v_digest;
    INSERT INTO seals VALUES (v_last, v_at, sha256(v_seal || v_digest));
    INSERT INTO outcomes VALUES (p_command[1], p_request[1], p_stream[1], v_last, s + 1, 1, p_keep[1] = 1, v_at);
    RETURN QUERY VALUES (0, v_last, s + 1, 1, p_stream[1]);
    RETURN;
  END IF;

  -- Scalar subqueries, not joins: order is the array's and no plan can turn them into a scan.
  SELECT l.last_position, greatest(l.recorded_at, date_trunc('milliseconds', clock_timestamp())), l.seal,
      (SELECT count(*) FROM outcomes WHERE command_id = ANY (p_command)) + p_again,
      ARRAY(SELECT coalesce((SELECT e.version FROM events e WHERE e.stream_id = i.id ORDER BY e.version DESC LIMIT 1), 0)
        FROM unnest(p_stream) i(id)),
      ARRAY(SELECT l.last_position + i FROM generate_series(1, n) i)
    INTO v_last, v_at, v_seal, v_known, v_head, v_position
    FROM seals l ORDER BY l.last_position DESC LIMIT 1;

  -- Usual case: new commands of one event each, on distinct streams, every version as expected. Otherwise judge one by one.
  -- (A guarded stream lengthens v_head, so guards always lead there.)
  v_usual := v_known = 0 AND v_head = p_expected AND p_count = array_fill(1, ARRAY[n])
    AND cardinality(p_guard_owner) + cardinality(p_claim_owner) = 0;
  IF v_usual THEN
    v_last := v_last + n;
    v_version := ARRAY(SELECT h + 1 FROM unnest(v_head) h);
    v_stream := p_stream;
  ELSE
    v_version := v_outcome;
    v_stream := ARRAY(SELECT p_stream[slot] FROM unnest(p_slot) slot);
    IF cardinality(p_claim_owner) > 0 THEN
      v_held := ARRAY(SELECT (SELECT h.stream_id FROM reservations h WHERE h.kind = i.k AND h.key = i.y)
        FROM unnest(p_name_kind, p_name_key) i(k, y));
      v_holder := v_held;
    END IF;
    IF v_known > 0 THEN
      FOR r IN SELECT i.o, o.position, o.version, o.event_count, o.stream_id, o.request_hash = i.h AS same
          FROM unnest(p_command, p_request) WITH ORDINALITY i(id, h, o) JOIN outcomes o ON o.command_id = i.id LOOP
        v_outcome[r.o] := CASE WHEN r.same THEN 1 ELSE 3 END;
        v_position[r.o] := r.position;
        v_version[r.o] := r.version;
        v_count[r.o] := r.event_count;
        v_stream[r.o] := r.stream_id;
      END LOOP;
    END IF;
    <<judging>> FOR i IN 1..n LOOP
      CONTINUE WHEN v_outcome[i] <> 0;
      IF v_known > 0 THEN                           -- the same id accepted earlier in this batch
        s := array_position(p_command, p_command[i]);
        WHILE s < i AND v_outcome[s] <> 0 LOOP s := array_position(p_command, p_command[i], s + 1); END LOOP;
        IF s < i THEN
          v_outcome[i] := CASE WHEN p_request[s] = p_request[i] THEN 1 ELSE 3 END;
          v_position[i] := v_position[s];
          v_version[i] := v_version[s];
          v_count[i] := v_count[s];
          v_stream[i] := v_stream[s];
          CONTINUE;
        END IF;
      END IF;
      s := p_slot[i];
      IF p_expected[i] NOT IN (v_head[s], -1) THEN
        v_outcome[i] := 2;
        v_version[i] := v_head[s];
        CONTINUE;
      END IF;
      WHILE p_guard_owner[g] < i LOOP g := g + 1; END LOOP;
      WHILE p_guard_owner[g] = i LOOP
        IF v_head[p_guard_slot[g]] <> p_guard_version[g] THEN
          v_outcome[i] := 2;
          v_version[i] := v_head[p_guard_slot[g]];
          v_stream[i] := p_stream[p_guard_slot[g]];
          CONTINUE judging;
        END IF;
        g := g + 1;
      END LOOP;
      WHILE p_claim_owner[c] < i LOOP c := c + 1; END LOOP;
      c_end := c;
      WHILE p_claim_owner[c_end] = i LOOP
        IF p_claim_take[c_end] = 1 AND v_holder[p_claim_name[c_end]] <> p_stream[s] THEN
          v_outcome[i] := 4;
          v_count[i] := p_claim_name[c_end];
          v_stream[i] := v_holder[p_claim_name[c_end]];
          CONTINUE judging;
        END IF;
        c_end := c_end + 1;
      END LOOP;
      WHILE c < c_end LOOP                          -- accepted; a release of what another holds, or nobody, changes nothing
        IF p_claim_take[c] = 1 THEN
          v_holder[p_claim_name[c]] := p_stream[s];
        ELSIF v_holder[p_claim_name[c]] = p_stream[s] THEN
          v_holder[p_claim_name[c]] := NULL;
        END IF;
        c := c + 1;
      END LOOP;
      v_last := v_last + p_count[i];
      v_head[s] := v_head[s] + p_count[i];
      v_position[i] := v_last;
      v_version[i] := v_head[s];
    END LOOP;
    IF v_holder IS DISTINCT FROM v_held THEN
      DELETE FROM reservations h USING unnest(p_name_kind, p_name_key, v_held, v_holder) i(k, y, was, now)
        WHERE h.kind = i.k AND h.key = i.y AND i.was IS DISTINCT FROM i.now;
      INSERT INTO reservations SELECT i.k, i.y, i.now FROM unnest(p_name_kind, p_name_key, v_held, v_holder) i(k, y, was, now)
        WHERE i.now IS NOT NULL AND i.was IS DISTINCT FROM i.now;
    END IF;
  END IF;

  WITH appended AS (
    INSERT INTO events
      SELECT v_position[i.o] - p_count[i.o] + 1 + i.nth, v_at, i.occurred_at, i.event_id, v_stream[i.o], i.key,
        v_version[i.o] - p_count[i.o] + 1 + i.nth, i.partition, i.schema_version, i.kind, i.type, i.data, i.metadata
      FROM unnest(p_owner, p_nth, p_event_id, p_key, p_partition, p_schema_version, p_occurred_at, p_kind, p_type, p_data, p_metadata)
        i(o, nth, event_id, key, partition, schema_version, occurred_at, kind, type, data, metadata) WHERE v_outcome[i.o] = 0
      RETURNING position, event_digest(events) AS digest
  ), remembered AS (
    INSERT INTO outcomes SELECT i.id, i.h, v_stream[i.o], v_position[i.o], v_version[i.o], p_count[i.o], i.keep = 1, v_at
      FROM unnest(p_command, p_request, p_keep) WITH ORDINALITY i(id, h, keep, o) WHERE v_outcome[i.o] = 0
  ) INSERT INTO seals SELECT v_last, v_at, sha256(v_seal || string_agg(digest, '' ORDER BY position)) FROM appended HAVING count(*) > 0;
  IF v_usual THEN
    RETURN QUERY VALUES (-1, v_last, 0, n, NULL::uuid);
  ELSE
    RETURN QUERY SELECT v_outcome[i], v_position[i], v_version[i], v_count[i], v_stream[i] FROM generate_series(1, n) i;
  END IF;
END $$;

${outcomeRetention}-- Notes the event shapes of the next p_limit positions. Answers how far that is known, or null at the log's end.
CREATE FUNCTION log.collect_types(p_limit int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, log, pg_temp AS $$
DECLARE
  v_from bigint;
  v_to   bigint;
BEGIN
  SELECT position INTO v_from FROM types_collected WHERE one FOR UPDATE;
  SELECT least(v_from + p_limit, max(last_position)) INTO v_to FROM seals;
  IF v_to <= v_from THEN RETURN NULL; END IF;
  INSERT INTO stored_types SELECT DISTINCT type, schema_version FROM events WHERE position > v_from AND position <= v_to
    ON CONFLICT DO NOTHING;
  UPDATE types_collected SET position = v_to;
  RETURN v_to;
END $$;
`;
