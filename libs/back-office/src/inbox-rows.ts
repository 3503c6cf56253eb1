import type { BackOfficeMessage } from '#accounts';
import type { Sql } from '#database';
import { checkMessage } from '#accounts';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';
import { adapterNamed } from './adapters/index.js';
import type { RawVault } from './raw-vault.js';

/** A row of the inbox, as far as applying it needs. */
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
  sealed: string;
  keySubject: Uuid;
  receivedAt: Instant;
  deliveryId: Uuid;
  conflictsWith: Uuid | null;
}

/** What an earlier statement of a record came to. */
export interface AppliedRecord {
  version: number;
  kind: string;
  lane: string;
  clientId: Uuid | null;
  branchId: string | null;
}

const SELECT = `SELECT arrival, message_id AS "messageId", source, record, version, kind, lane, content_sha256 AS "contentSha256",
  adapter, ordinal, sealed, key_subject AS "keySubject", received_at AS "receivedAt", delivery_id AS "deliveryId",
  conflicts_with AS "conflictsWith" FROM bridge.messages`;

/** What waits in these lanes, in the order it came. */
export async function waitingIn(sql: Sql, lanes: readonly string[], limit: number): Promise<InboxRow[]> {
  const { rows } = await sql.query<InboxRow>(`${SELECT} WHERE status = 'waiting' AND lane = ANY ($1::text[]) ORDER BY arrival LIMIT $2`, [
    lanes,
    limit,
  ]);
  return rows;
}

export async function messageRow(
  sql: Sql,
  messageId: Uuid,
): Promise<(InboxRow & { status: string; holdsKey: boolean; rawSha256: string; reason: string | null }) | undefined> {
  const text = SELECT.replace(' FROM bridge', ', status, holds_key AS "holdsKey", raw_sha256 AS "rawSha256", reason FROM bridge');
  const { rows } = await sql.query<InboxRow & { status: string; holdsKey: boolean; rawSha256: string; reason: string | null }>(
    `${text} WHERE message_id = $1`,
    [messageId],
  );
  return rows[0];
}

export const recordKey = ({ source, record }: { source: string; record: string }): string => `${source}|${record}`;

/** The latest applied statement of each of these records. */
export async function appliedOf(sql: Sql, records: readonly InboxRow[]): Promise<Map<string, AppliedRecord>> {
  if (records.length === 0) return new Map();
  const { rows } = await sql.query<AppliedRecord & { source: string; record: string }>(
    `SELECT DISTINCT ON (m.source, m.record) m.source, m.record, m.version, m.kind, m.lane, m.client_id AS "clientId", m.branch_id AS "branchId"
       FROM bridge.messages m JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS r (source, record)) r
         ON m.source = r.source AND m.record = r.record
      WHERE m.status IN ('applied', 'replaced') AND m.kind IS NOT NULL ORDER BY m.source, m.record, m.version DESC`,
    [records.map(({ source }) => source), records.map(({ record }) => record)],
  );
  return new Map(rows.map((row) => [recordKey(row), row]));
}

/** The message as it was understood when it came; undefined where its raw bytes can no longer be read. */
export async function messageOf(vault: RawVault, row: InboxRow, today: LocalDate): Promise<BackOfficeMessage | undefined> {
  const raw = await vault.open(row);
  const translated = raw && adapterNamed(row.adapter)?.translate(raw);
  if (!translated || 'refused' in translated) return undefined;
  return checkMessage(translated.statements[row.ordinal], today).message;
}

/** What became of a row. */
export interface Settled {
  messageId: Uuid;
  status: 'applied' | 'stale' | 'parked';
  reason?: string;
  clientId?: Uuid;
  branchId?: string;
  streamId?: Uuid;
  position?: number;
}

export async function settle(sql: Sql, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await sql.query(
    `UPDATE bridge.messages m SET status = s.status, reason = s.reason, client_id = coalesce(s.client_id, m.client_id),
            branch_id = coalesce(s.branch_id, m.branch_id), stream_id = s.stream_id, position = s.position
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::bigint[])
            AS s (message_id, status, reason, client_id, branch_id, stream_id, position)
      WHERE m.message_id = s.message_id`,
    [
      ...[settled.map((s) => s.messageId), settled.map((s) => s.status), settled.map((s) => s.reason ?? null)],
      ...[settled.map((s) => s.clientId ?? null), settled.map((s) => s.branchId ?? null), settled.map((s) => s.streamId ?? null)],
      settled.map((s) => s.position ?? null),
    ],
  );
}
