import { makesDay } from '#back-office';
import { type Database, type Sql, transaction } from '#database';
import type { Uuid } from '#event-sourcing';
import { byKeys } from './look-ups.js';
import type { MessageDigests } from './message-digests.js';
import type { RawVault } from './raw-vault.js';
import { countedOf, type Delivery, type Statement } from './statement.js';
import { inTheirVersions } from './versions.js';

/** What became of a statement when it came: new, the same again, a key with other content, or unreadable. */
export interface Taken {
  statement: Statement;
  as: 'new' | 'ignored' | 'conflict' | 'parked';
}

interface Holder {
  source: string;
  record: string;
  version: number;
  message_id: Uuid;
  content_sha256: string;
}

const COLUMNS = `message_id uuid, source text, record text, version int, kind text, lane text, account_id text, client_no text,
  sequence bigint, on_date date, amount_minor bigint, currency text, content_sha256 text, raw_sha256 text, ordinal int, adapter text,
  sealed text, key_subject uuid, channel text, delivery_id uuid, status text, holds_key boolean, reason text, pointer text, conflicts_with uuid, speaker text`;
const NAMES = COLUMNS.replaceAll(/\s+/g, ' ')
  .split(',')
  .map((column) => column.trim().split(' ')[0])
  .join(', ');
const insert = (conflict: string): string =>
  `INSERT INTO bridge.messages (${NAMES}) SELECT ${NAMES}
     FROM ROWS FROM (json_to_recordset($1::json) AS (${COLUMNS})) WITH ORDINALITY AS r (${NAMES}, line) ORDER BY line
   ON CONFLICT ${conflict} DO NOTHING RETURNING message_id`;
const INSERT_NEW = insert('(source, record, version) WHERE holds_key');
const INSERT_CONFLICT = insert('(source, record, version, content_sha256) WHERE conflicts_with IS NOT NULL');
const INSERT_PARKED = insert(`(source, raw_sha256, ordinal) WHERE status IN ('parked', 'givenUp') AND NOT holds_key`);

/** Stores what came, durably and once. One transaction; statements of one source go in one after the other, in the order they came. */
export async function takeIn(
  database: Database,
  vault: RawVault,
  delivery: Delivery,
  statements: readonly Statement[],
  digests: MessageDigests,
): Promise<readonly Taken[]> {
  const sealed = await vault.seal(statements);
  return transaction(database, async (sql) => {
    await byKeys(sql);
    for (const source of [...new Set(statements.map((one) => one.source))].sort()) {
      await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`back-office intake|${source}`]);
    }
    const numbered = await inTheirVersions(sql, statements, delivery, digests);
    const rowOf = new Map(numbered.map((statement, at) => [statement, rowFor(statement, sealed[at]!, delivery)]));
    const taken: Taken[] = [];
    for (const some of apart(numbered)) taken.push(...(await takeSome(sql, some, rowOf, delivery)));
    await noteDays(sql, taken);
    return taken;
  });
}

/** Cut where a broken statement and one in order share a key: whether the one repairs the other depends on which came first. */
function apart(statements: readonly Statement[]): Statement[][] {
  const parts: Statement[][] = [];
  let readable = new Map<string, boolean>();
  for (const statement of statements) {
    const [key, isReadable] = [keyOf(statement), statement.message !== undefined];
    if (parts.length === 0 || (readable.get(key) ?? isReadable) !== isReadable) {
      parts.push([]);
      readable = new Map();
    }
    readable.set(key, isReadable);
    parts.at(-1)!.push(statement);
  }
  return parts;
}

async function takeSome(
  sql: Sql,
  statements: readonly Statement[],
  rowOf: ReadonlyMap<Statement, NewRow>,
  delivery: Delivery,
): Promise<Taken[]> {
  const write = async (text: string, rows: readonly NewRow[]): Promise<ReadonlySet<Uuid>> => {
    if (rows.length === 0) return new Set();
    const { rows: stored } = await sql.query<{ message_id: Uuid }>(text, [JSON.stringify(rows)]);
    return new Set(stored.map(({ message_id }) => message_id));
  };
  const rowsOf = (some: readonly Statement[]): NewRow[] => some.map((statement) => rowOf.get(statement)!);
  const readable = statements.filter(({ message }) => message);
  const fresh = await write(INSERT_NEW, rowsOf(readable));
  const known = readable.filter(({ messageId }) => !fresh.has(messageId));
  const holders = await holdersOf(sql, known);
  const other = known.filter((one) => holders.get(keyOf(one))!.content_sha256 !== one.contentSha256);
  const conflicts = await write(
    INSERT_CONFLICT,
    other.map((one) => asConflict(rowOf.get(one)!, holders.get(keyOf(one))!)),
  );
  const parked = await write(INSERT_PARKED, rowsOf(statements.filter(({ message }) => !message)));
  const as = ({ messageId }: Statement): Taken['as'] => {
    if (fresh.has(messageId)) return 'new';
    if (conflicts.has(messageId)) return 'conflict';
    return parked.has(messageId) ? 'parked' : 'ignored';
  };
  const taken = statements.map((statement): Taken => ({ statement, as: as(statement) }));
  await countRepeats(sql, taken, delivery);
  await repaired(sql, taken, delivery);
  return taken;
}

const keyOf = ({ source, record, version }: Pick<Statement, 'source' | 'record' | 'version'>): string => `${source}|${record}|${version}`;

async function holdersOf(sql: Sql, statements: readonly Statement[]): Promise<Map<string, Holder>> {
  if (statements.length === 0) return new Map();
  const { rows } = await sql.query<Holder>(
    `SELECT m.source, m.record, m.version, m.message_id, m.content_sha256 FROM bridge.messages m
       JOIN unnest($1::text[], $2::text[], $3::int[]) AS k (source, record, version)
         ON m.source = k.source AND m.record = k.record AND m.version = k.version WHERE m.holds_key`,
    [statements.map((s) => s.source), statements.map((s) => s.record), statements.map((s) => s.version)],
  );
  return new Map(rows.map((holder) => [keyOf(holder), holder]));
}

/** That the same came again is remembered as a number, not as a row. */
async function countRepeats(sql: Sql, taken: readonly Taken[], { channel, deliveryId }: Delivery): Promise<void> {
  const again = taken.filter(({ as }) => as === 'ignored').map(({ statement }) => statement);
  if (again.length === 0) return;
  await sql.query(
    // what is undecided is so in the file that it came in again with too: that file's day stays open as well
    `UPDATE bridge.messages m SET repeats = repeats + k.times,
            delivery_id = CASE WHEN $6 = 'file' AND m.status IN ('parked', 'conflict') THEN $5 ELSE m.delivery_id END
       FROM (
       SELECT source, record, version, content, count(*)::int AS times FROM unnest($1::text[], $2::text[], $3::int[], $4::text[])
         AS k (source, record, version, content) GROUP BY 1, 2, 3, 4) k
      WHERE m.source = k.source AND m.record = k.record AND m.version = k.version AND m.content_sha256 = k.content`,
    [
      again.map((s) => s.source),
      again.map((s) => s.record),
      again.map((s) => s.version),
      again.map((s) => s.contentSha256),
      deliveryId,
      channel,
    ],
  );
}

async function noteDays(sql: Sql, taken: readonly Taken[]): Promise<void> {
  const days = new Map<string, { source: string; on: string; made: boolean }>();
  for (const { statement, as } of taken) {
    const { source, message } = statement;
    const { on } = countedOf(message);
    if (as !== 'new' || on === null) continue;
    const made = makesDay(message!.kind) || days.get(`${source}|${on}`)?.made === true;
    days.set(`${source}|${on}`, { source, on, made });
  }
  if (days.size === 0) return;
  const all = [...days.values()];
  await sql.query(
    `INSERT INTO bridge.days (source, on_date)
     SELECT k.source, k.on_date FROM unnest($1::text[], $2::date[], $3::boolean[]) AS k (source, on_date, made)
      WHERE k.made OR EXISTS (SELECT FROM bridge.days d WHERE d.source = k.source AND d.on_date = k.on_date)
     ON CONFLICT (source, on_date) DO UPDATE SET changed_at = now()`,
    [all.map(({ source }) => source), all.map(({ on }) => on), all.map(({ made }) => made)],
  );
}

/**
 * A statement that could not be read before has come in order under the same key, or its very bytes are understood by now: nobody
 * has to look at the broken one.
 */
async function repaired(sql: Sql, taken: readonly Taken[], delivery: Delivery): Promise<void> {
  const fresh = taken.filter(({ as }) => as === 'new').map(({ statement }) => statement);
  if (fresh.length === 0) return;
  await sql.query(
    `UPDATE bridge.messages m SET status = 'repaired', decided_at = now() FROM unnest($1::text[], $2::text[], $3::int[]) AS k (source, record, version)
      WHERE m.source = k.source AND m.record = k.record AND m.version = k.version AND m.status = 'parked' AND NOT m.holds_key`,
    [fresh.map((s) => s.source), fresh.map((s) => s.record), fresh.map((s) => s.version)],
  );
  await sql.query(
    `UPDATE bridge.messages m SET status = 'repaired', decided_at = now()
       FROM (SELECT s.source, r.raw FROM unnest($1::text[]) AS r (raw), unnest($2::text[]) AS s (source)) k
      WHERE m.source = k.source AND m.raw_sha256 = k.raw AND m.record ~ '^(digest|sha256):' AND m.status = 'parked' AND NOT m.holds_key`,
    [fresh.map((s) => s.rawSha256), [...new Set([delivery.source, ...fresh.map((s) => s.source)])]],
  );
}

type NewRow = ReturnType<typeof rowFor>;

const asConflict = (row: NewRow, first: Holder): NewRow => ({
  ...row,
  status: 'conflict',
  holds_key: false,
  reason: 'other-content',
  conflicts_with: first.message_id,
});

function rowFor(statement: Statement, sealed: string, { channel, deliveryId, adapter, speaker }: Delivery) {
  const { message, refusal } = statement;
  const { on, amountMinor, currency } = countedOf(message);
  return {
    message_id: statement.messageId,
    source: statement.source,
    record: statement.record,
    version: statement.version,
    kind: message?.kind ?? null,
    lane: statement.lane,
    account_id: message?.accountId ?? null,
    client_no: message?.clientNo ?? null,
    sequence: message?.sequence ?? null,
    on_date: on,
    amount_minor: amountMinor,
    currency,
    content_sha256: statement.contentSha256,
    raw_sha256: statement.rawSha256,
    ordinal: statement.ordinal,
    adapter: adapter.name,
    sealed,
    key_subject: statement.keySubject,
    channel: channel as string,
    delivery_id: deliveryId,
    status: message ? 'waiting' : 'parked',
    holds_key: message !== undefined,
    reason: (refusal?.code ?? null) as string | null,
    pointer: refusal?.pointer ?? null,
    conflicts_with: null as Uuid | null,
    speaker: speaker ?? null,
  };
}
