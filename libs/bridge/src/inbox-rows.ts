import type { BackOfficeMessage } from '#back-office';
import type { Sql } from '#database';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { adapterNamed } from './adapters/index.js';
import type { Owner } from './owners.js';
import type { RawVault } from './raw-vault.js';
import { checkStated, type Delivery } from './statement.js';

/** A row of the inbox, as far as applying it needs, once its message is at hand. */
export interface InboxRow {
  arrival: number;
  messageId: Uuid;
  source: string;
  record: string;
  version: number;
  kind: string;
  lane: string;
  contentSha256: string;
  adapter: string;
  ordinal: number;
  receivedAt: Instant;
  deliveryId: Uuid;
  conflictsWith: Uuid | null;
}

/** With what came word for word. */
export interface SealedRow extends InboxRow {
  sealed: string;
  keySubject: Uuid;
}

/** What an earlier statement of a record came to. */
export interface AppliedRecord {
  version: number;
  kind: string;
  lane: string;
  clientId: Uuid | null;
  branchId: string | null;
  /** Owners of a joint account besides. */
  joint: readonly Owner[];
}

const COLUMNS = `arrival, message_id AS "messageId", source, record, version, kind, lane, content_sha256 AS "contentSha256", adapter, ordinal,
  received_at AS "receivedAt", delivery_id AS "deliveryId", conflicts_with AS "conflictsWith"`;
const SEALED = `sealed, key_subject AS "keySubject"`;

/** What waits in these lanes, in the order it came. In a transaction. */
export async function waitingIn(sql: Sql, lanes: readonly string[], limit: number): Promise<InboxRow[]> {
  if (lanes.length === 0) return [];
  // Each lane in the order of its own index, which without sorting is the only one: what waits is never what was last counted,
  // and by the index of all that waits everything since the last vacuum would be walked through, once a lane.
  await sql.query('SET LOCAL enable_sort = off');
  const { rows } = await sql.query<InboxRow>(
    `SELECT m.* FROM unnest($1::text[]) AS l (lane),
       LATERAL (SELECT ${COLUMNS} FROM bridge.messages WHERE status = 'waiting' AND lane >= l.lane AND lane <= l.lane
                 ORDER BY lane, arrival LIMIT $2) m
      ORDER BY m.arrival LIMIT $2`,
    [lanes, limit],
  );
  await sql.query('SET LOCAL enable_sort = on');
  return rows;
}

/** With how it stands, and how it came. */
export interface KnownRow extends SealedRow {
  status: string;
  holdsKey: boolean;
  rawSha256: string;
  reason: string | null;
  channel: Delivery['channel'];
  speaker: string | null;
}

export async function messageRow(sql: Sql, messageId: Uuid): Promise<KnownRow | undefined> {
  const { rows } = await sql.query<KnownRow>(
    `SELECT ${COLUMNS}, ${SEALED}, status, holds_key AS "holdsKey", raw_sha256 AS "rawSha256", reason, channel, speaker FROM bridge.messages WHERE message_id = $1`,
    [messageId],
  );
  return rows[0];
}

export const recordKey = ({ source, record }: { source: string; record: string }): string => `${source}|${record}`;

/** The latest applied statement of each of these records. */
export async function appliedOf(sql: Sql, records: readonly InboxRow[]): Promise<Map<string, AppliedRecord>> {
  if (records.length === 0) return new Map();
  const { rows } = await sql.query<Omit<AppliedRecord, 'joint'> & { source: string; record: string; joint: string | null }>(
    `SELECT DISTINCT ON (m.source, m.record) m.source, m.record, m.version, m.kind, m.lane, m.client_id AS "clientId", m.branch_id AS "branchId", m.joint
       FROM bridge.messages m JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS r (source, record)) r
         ON m.source = r.source AND m.record = r.record
      WHERE m.status IN ('applied', 'replaced') AND m.kind IS NOT NULL ORDER BY m.source, m.record, m.version DESC`,
    [records.map(({ source }) => source), records.map(({ record }) => record)],
  );
  return new Map(rows.map((row) => [recordKey(row), { ...row, joint: row.joint === null ? [] : (JSON.parse(row.joint) as Owner[]) }]));
}

/** Messages as they were understood when they came; undefined where the raw bytes can no longer be read. */
export async function messagesOf(
  sql: Sql,
  vault: RawVault,
  rows: readonly InboxRow[],
  today: LocalDate,
): Promise<Map<Uuid, BackOfficeMessage | undefined>> {
  if (rows.length === 0) return new Map();
  const { rows: sealed } = await sql.query<{ messageId: Uuid; sealed: string; keySubject: Uuid }>(
    `SELECT message_id AS "messageId", ${SEALED} FROM bridge.messages WHERE message_id = ANY ($1::uuid[])`,
    [rows.map(({ messageId }) => messageId)],
  );
  const raws = await vault.openAll(sealed);
  return new Map(rows.map((row) => [row.messageId, understood(raws.get(row.messageId), row, today)]));
}

function understood(raw: Buffer | undefined, { adapter, ordinal, version }: InboxRow, today: LocalDate): BackOfficeMessage | undefined {
  const translated = raw && adapterNamed(adapter)?.translate(raw);
  if (!translated || 'refused' in translated) return undefined;
  return checkStated(translated.statements[ordinal], today, version, true).message;
}

/** What became of a row. */
export interface Settled {
  messageId: Uuid;
  status: 'applied' | 'stale' | 'parked';
  reason?: string;
  clientId?: Uuid;
  branchId?: string;
  /** Owners of a joint account besides, who got it too. */
  joint?: readonly Owner[];
  streamId?: Uuid;
  position?: number;
}

export async function settle(sql: Sql, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await sql.query(
    `UPDATE bridge.messages m SET status = s.status, reason = s.reason, client_id = coalesce(s.client_id, m.client_id),
            branch_id = coalesce(s.branch_id, m.branch_id), joint = coalesce(s.joint, m.joint), stream_id = s.stream_id, position = s.position
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::text[])
            AS s (message_id, status, reason, client_id, branch_id, stream_id, position, joint)
      WHERE m.message_id = s.message_id`,
    [
      settled.map((s) => s.messageId),
      settled.map((s) => s.status),
      settled.map((s) => s.reason ?? null),
      settled.map((s) => s.clientId ?? null),
      settled.map((s) => s.branchId ?? null),
      settled.map((s) => s.streamId ?? null),
      settled.map((s) => s.position ?? null),
      settled.map((s) => (s.joint && s.joint.length > 0 ? JSON.stringify(s.joint) : null)),
    ],
  );
}
