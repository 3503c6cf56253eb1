import type { Sql } from '#database';
import type { Uuid } from '#event-sourcing';
import type { MessageDigests } from './message-digests.js';
import { type Delivery, inVersion, type Statement } from './statement.js';

interface Known {
  version: number;
  content: string;
  deliveryId: Uuid;
}

/**
 * Statements of sources that number no versions, in the version that each is. What this very delivery has said before is what it
 * was, so that a file that comes again changes nothing; what the latest version says is that; anything else is the next. Under
 * the lock of their sources.
 */
export async function inTheirVersions(
  sql: Sql,
  statements: readonly Statement[],
  delivery: Delivery,
  digests: MessageDigests,
): Promise<readonly Statement[]> {
  const unnumbered = statements.filter((one) => one.unnumbered);
  if (unnumbered.length === 0) return statements;
  const known = await knownOf(sql, unnumbered);
  return statements.map((statement) => {
    if (!statement.unnumbered || !statement.message) return statement;
    const { message } = statement;
    const before = known.get(keyOf(statement)) ?? [];
    known.set(keyOf(statement), before);
    const says = ({ version, content }: Known): boolean => content === digests.ofMessage(inVersion(message, version));
    const latest = before.at(-1);
    const same = before.find((one) => one.deliveryId === delivery.deliveryId && says(one)) ?? (latest && says(latest) ? latest : undefined);
    const version = same?.version ?? (latest?.version ?? 0) + 1;
    if (version === 1) {
      if (!same) before.push({ version, content: statement.contentSha256, deliveryId: delivery.deliveryId });
      return statement;
    }
    const found = inVersion(message, version);
    const contentSha256 = digests.ofMessage(found);
    if (!same) before.push({ version, content: contentSha256, deliveryId: delivery.deliveryId });
    return { ...statement, version, message: found, contentSha256 };
  });
}

const keyOf = ({ source, record }: { source: string; record: string }): string => `${source}|${record}`;

/** Versions of these records that hold their key, ascending. */
async function knownOf(sql: Sql, statements: readonly Statement[]): Promise<Map<string, Known[]>> {
  const { rows } = await sql.query<Known & { source: string; record: string }>(
    `SELECT m.source, m.record, m.version, m.content_sha256 AS content, m.delivery_id AS "deliveryId" FROM bridge.messages m
       JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k (source, record)) k ON m.source = k.source AND m.record = k.record
      WHERE m.holds_key ORDER BY m.version`,
    [statements.map(({ source }) => source), statements.map(({ record }) => record)],
  );
  const known = new Map<string, Known[]>();
  for (const row of rows) known.set(keyOf(row), [...(known.get(keyOf(row)) ?? []), row]);
  return known;
}
