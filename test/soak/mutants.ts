/** One text of a compiled file put in place of another. White space of the searched text stands for any. */
export interface Patch {
  file: string;
  find: string;
  put: string;
}

/** A fault of the kind that reviews miss and tests are for. */
export interface Mutant {
  name: string;
  patches: readonly Patch[];
}

const RELAY = 'libs/event-feed/src/relay.js';
const CHAIN = 'libs/projections/src/runner/chain.js';
const APPEND = 'libs/event-store/src/append-function.js';
const TIMEKEEPER = 'libs/timekeeping/src/timekeeper.js';
const READER = 'libs/event-feed/src/topic-reader.js';
const SEND = 'if (records.length > 0) await writer.send(signed);';
const ALONE = 'RETURN QUERY VALUES (0, v_last, s + 1, 1, p_stream[1]);';
const TOGETHER = 'outcome := -1; at_position := v_last + n;';
const ONE_BY_ONE = 'RETURN QUERY SELECT v_outcome[i], v_position[i]';
const FREE = 'PERFORM pg_advisory_unlock_all();';
const NUMBERED = '(SELECT last_value FROM log.numbers)';
/** Numbered now, visible a little later, as with every sequence. */
const LATE = `PERFORM setval('log.numbers', v_last); ${FREE} PERFORM pg_sleep(random() * 0.02);`;

/** The moment at which a kill or a freeze tells, as long as on a slow machine. */
const SLOWLY = 'await new Promise((resolve) => setTimeout(resolve, 150));';

/**
 * They exist in copies of the compiled product alone, made for one run each: nothing in the product's own code can turn
 * one on.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the relay saves its position before the acknowledgement',
    patches: [
      { file: RELAY, find: SEND, put: `if (events.length > 0) await saveState(pool, topic, { ...state, position, previous }); ${SEND}` },
    ],
  },
  {
    name: 'the relay goes on with the producer that failed',
    patches: [
      { file: RELAY, find: SEND, put: 'if (records.length > 0) await writer.send(signed).catch(() => undefined);' },
      { file: 'libs/event-feed/src/topic-writer.js', find: 'if (this.failed)', put: 'if (false)' },
    ],
  },
  {
    name: 'repeated deliveries are applied again',
    patches: [
      { file: CHAIN, find: 'if (event.position <= reached) continue;', put: '' },
      { file: 'libs/projections/src/runner/projection-runner.js', find: 'if (event.position <= checkpoint.reached) continue;', put: '' },
    ],
  },
  {
    name: 'gaps are not refetched',
    patches: [
      { file: CHAIN, find: 'if (event.previousPosition > reached) yield* fill(event.previousPosition);', put: '' },
      { file: CHAIN, find: 'if (slice.lastPosition > reached) yield* fill(slice.lastPosition);', put: '' },
    ],
  },
  {
    name: 'what cannot be applied is passed over instead of parked',
    patches: [
      {
        file: 'libs/projections/src/runner/unit-of-work.js',
        find: 'await park(db, [{ projection, position, key, partition, code }]);',
        put: '',
      },
    ],
  },
  {
    name: 'checkpoints move without their fence',
    patches: [
      { file: 'libs/projections/src/runner/checkpoint-table.js', find: 'AND c.fence = m.fence AND c.position = m.was', put: '' },
      { file: 'libs/projections/src/runner/unit-of-work.js', find: 'await besideOthers(db);', put: `${SLOWLY} await besideOthers(db);` },
    ],
  },
  {
    name: 'positions come from a sequence that is tailed',
    patches: [
      {
        file: APPEND,
        find: 'CREATE OR REPLACE FUNCTION log.append(',
        put: `CREATE SEQUENCE log.numbers MINVALUE 0 START 0; CREATE OR REPLACE FUNCTION log.append(`,
      },
      { file: APPEND, find: 'PERFORM FROM clock WHERE one FOR UPDATE;', put: `${FREE} PERFORM pg_advisory_lock(42);` },
      { file: APPEND, find: 'SELECT last_position + 1, greatest(', put: `SELECT ${NUMBERED} + 1, greatest(` },
      { file: APPEND, find: 'SELECT l.last_position, greatest(', put: `SELECT ${NUMBERED}, greatest(` },
      { file: APPEND, find: 'r.event_count, r.stream_id); RETURN;', put: `r.event_count, r.stream_id); ${FREE} RETURN;` },
      {
        file: APPEND,
        find: 'VALUES (2, 0::bigint, s, 0, p_stream[1]); RETURN;',
        put: `VALUES (2, 0::bigint, s, 0, p_stream[1]); ${FREE} RETURN;`,
      },
      { file: APPEND, find: ALONE, put: `${LATE} ${ALONE}` },
      { file: APPEND, find: TOGETHER, put: `v_last := v_last + n; ${LATE} v_last := v_last - n; ${TOGETHER}` },
      { file: APPEND, find: ONE_BY_ONE, put: `${LATE} ${ONE_BY_ONE}` },
    ],
  },
  {
    name: 'every fiftieth seal is skipped',
    patches: [
      {
        file: APPEND,
        find: 'sha256(v_seal || v_digest)',
        put: 'CASE WHEN v_last % 50 = 0 THEN v_seal ELSE sha256(v_seal || v_digest) END',
      },
    ],
  },
  {
    name: 'commands are answered before they are on disk',
    patches: [{ file: 'libs/event-store/src/coalescer.js', find: "synchronous_commit: 'on'", put: "synchronous_commit: 'off'" }],
  },
  {
    name: 'a repeated Idempotency-Key is another command',
    patches: [
      {
        file: 'apps/api/src/requests/command-request.js',
        find: 'request.method, addressOf(request), key)',
        put: 'request.method, addressOf(request), requestId)',
      },
    ],
  },
  {
    name: 'the timekeeper saves its progress before it answers',
    patches: [
      {
        file: TIMEKEEPER,
        find: 'const loaded = this.newLoadedCases(); await loaded.load(entries',
        put: `await this.cases.save({ ...this.progress, position: last.position }, []); ${SLOWLY} const loaded = this.newLoadedCases(); await loaded.load(entries`,
      },
    ],
  },
  {
    name: 'the inbox commits before it keeps',
    patches: [
      {
        file: READER,
        find: 'try { await beating(handle(',
        put: `try { await commit(batch.partition, String(BigInt(last) + 1n)); ${SLOWLY} await beating(handle(`,
      },
    ],
  },
];
