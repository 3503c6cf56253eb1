import type { Sql } from '#database';
import type { Uuid } from '#event-sourcing';
import { messagesTaken } from './inbox-metrics.js';
import type { Taken } from './intake.js';
import type { Delivery, Statement } from './statement.js';

export const messageStatuses = ['waiting', 'applied', 'stale', 'conflict', 'parked', 'ignored', 'repaired', 'givenUp', 'replaced'] as const;
/** What becomes of a message when it comes; the others are of what was decided about it later. */
export type MessageStatus = Exclude<(typeof messageStatuses)[number], 'repaired' | 'givenUp' | 'replaced'>;

/** What became of one statement of a delivery. `code` and `pointer`: why it is parked. */
export interface TakenMessage {
  source: string;
  record: string;
  version: number;
  status: MessageStatus;
  code?: string;
  pointer?: string;
}

type Standing = Pick<TakenMessage, 'status' | 'code' | 'pointer'>;
interface StandingRow {
  messageId: Uuid;
  status: MessageStatus;
  reason: string | null;
  pointer: string | null;
}

/** How what came in a delivery stands, by statement. What had come in another before is not in it: it was ignored. */
export async function statusesOf(
  database: Sql,
  taken: readonly Taken[],
  { channel, deliveryId }: Delivery,
): Promise<ReadonlyMap<Statement, Standing>> {
  const stored = taken.filter(({ as }) => as !== 'ignored').map(({ statement }) => statement);
  const standings = new Map<Statement, Standing>();
  if (stored.length > 0) {
    const { rows } = await database.query<StandingRow>(
      `SELECT message_id AS "messageId", status, reason, pointer FROM bridge.messages WHERE message_id = ANY ($1::uuid[])`,
      [stored.map(({ messageId }) => messageId)],
    );
    const byId = new Map(rows.map((row) => [row.messageId, row]));
    for (const statement of stored) {
      const row = byId.get(statement.messageId);
      if (row) standings.set(statement, standingOf(row));
    }
  }
  // a request that is repeated because its answer was lost is answered alike; anything else that came before is ignored
  const again = channel === 'http' ? taken.filter(({ as }) => as === 'ignored').map(({ statement }) => statement) : [];
  if (again.length === 0) return standings;
  const { rows } = await database.query<StandingRow & { line: number }>(
    `SELECT k.line::int, m.message_id AS "messageId", m.status, m.reason, m.pointer
       FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY AS k (source, record, version, content, line)
       JOIN bridge.messages m ON m.source = k.source AND m.record = k.record AND m.version = k.version AND m.content_sha256 = k.content
      WHERE m.delivery_id = $5`,
    [again.map((s) => s.source), again.map((s) => s.record), again.map((s) => s.version), again.map((s) => s.contentSha256), deliveryId],
  );
  for (const { line, ...row } of rows) standings.set(again[line - 1]!, standingOf(row));
  return standings;
}

function standingOf({ status, reason, pointer }: StandingRow): Standing {
  const standing: Standing = { status };
  if (reason !== null) standing.code = reason;
  if (pointer !== null) standing.pointer = pointer;
  return standing;
}

const contentKey = ({ source, record, version, contentSha256 }: Statement): string => `${source}|${record}|${version}|${contentSha256}`;

/** What is answered, in the order of the delivery: of the same twice in it, the second was ignored. */
export function told(taken: readonly Taken[], { channel }: Delivery, standings: ReadonlyMap<Statement, Standing>): TakenMessage[] {
  const seen = new Set<string>();
  const counts = new Map<MessageStatus, number>();
  const messages = taken.map(({ statement }) => {
    const { source, record, version } = statement;
    const key = contentKey(statement);
    const { status, code, pointer } = (seen.has(key) ? undefined : standings.get(statement)) ?? { status: 'ignored' as const };
    seen.add(key);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const message: TakenMessage = { source, record, version, status };
    if (code !== undefined) message.code = code;
    if (pointer !== undefined) message.pointer = pointer;
    return message;
  });
  for (const [outcome, count] of counts) messagesTaken.inc({ channel, outcome }, count);
  return messages;
}
