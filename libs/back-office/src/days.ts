import { type ControlTotals, type MessageOf, sourceStream } from '#accounts';
import type { Sql } from '#database';
import { HEAD_OFFICE, type Instant, type LocalDate, type Uuid } from '#event-sourcing';
import { canonicalJson } from '#privacy';
import { createHash } from 'node:crypto';
import type { FactLog } from './fact-log.js';
import type { InboxRow, Settled } from './inbox-rows.js';

export type OpenReason = 'totals-disagree' | 'messages-parked' | 'facts-not-applied';

interface StatedDay {
  source: string;
  on: LocalDate;
  totals: ControlTotals;
  messageId: Uuid | null;
  deliveryId: Uuid | null;
}

/** Totals of a day as it stands in the inbox: each record once, by its latest statement. */
export async function receivedOf(sql: Sql, source: string, on: LocalDate): Promise<ControlTotals> {
  const { rows } = await sql.query<{ records: number; currency: string | null; assets: number | null }>(
    `WITH latest AS (
       SELECT m.kind, m.currency, m.amount_minor FROM bridge.messages m
        WHERE m.source = $1 AND m.on_date = $2 AND m.holds_key AND m.status IN ('waiting', 'applied')
          AND NOT EXISTS (SELECT FROM bridge.messages n WHERE n.source = m.source AND n.record = m.record AND n.version > m.version
                             AND n.holds_key AND n.status IN ('waiting', 'applied')))
     SELECT (SELECT count(*)::int FROM latest) AS records, currency, least(sum(amount_minor), 9007199254740991)::bigint AS assets
       FROM (SELECT 1) one LEFT JOIN latest ON kind = 'assetsObserved' GROUP BY currency`,
    [source, on],
  );
  const assets = rows.flatMap(({ currency, assets }) => (currency === null ? [] : [[currency, assets!] as const]));
  return { records: rows[0]?.records ?? 0, ...(assets.length > 0 && { assetsMinor: Object.fromEntries(assets) }) };
}

/** Whether totals say the same; a currency that is left out has none. */
export const sameTotals = (a: ControlTotals, b: ControlTotals): boolean =>
  a.records === b.records &&
  [...new Set([...Object.keys(a.assetsMinor ?? {}), ...Object.keys(b.assetsMinor ?? {})])].every(
    (currency) => (a.assetsMinor?.[currency] ?? 0) === (b.assetsMinor?.[currency] ?? 0),
  );

/**
 * Days of a source. A day that is stated to be complete is completed in the log once its control totals agree with what was
 * received, and nothing of it is parked or still to be applied; until then it stays open, and says why.
 */
export class Days {
  constructor(private readonly facts: FactLog) {}

  /** A message says that a day is complete. Refused, for as long as the totals disagree. In the source's lane. */
  async stated(sql: Sql, row: InboxRow, { source, data }: MessageOf<'dayCompleted'>, now: Instant): Promise<Settled> {
    const day = { source, on: data.on, totals: data.totals, messageId: row.messageId, deliveryId: null };
    await state(sql, day);
    const { reason, position } = await this.settle(sql, day, now);
    const { messageId } = row;
    return position === undefined
      ? { messageId, status: 'parked', reason: reason! }
      : { messageId, status: 'applied', streamId: sourceStream(source).id, position };
  }

  /** A file with its marker says so; its totals were checked against the file already. */
  async statedByFile(
    sql: Sql,
    source: string,
    on: LocalDate,
    totals: ControlTotals,
    deliveryId: Uuid,
    now: Instant,
  ): Promise<OpenReason | undefined> {
    const day = { source, on, totals, messageId: null, deliveryId };
    await state(sql, day);
    return (await this.settle(sql, day, now)).reason;
  }

  /** Looks at the stated days of a source that are still open again. In the source's lane. */
  async settleOpen(sql: Sql, source: string, now: Instant): Promise<void> {
    const { rows } = await sql.query<{ on_date: LocalDate; stated: string; message_id: Uuid | null; delivery_id: Uuid | null }>(
      `SELECT on_date, stated, message_id, delivery_id FROM bridge.days
        WHERE source = $1 AND status = 'open' AND stated IS NOT NULL ORDER BY on_date LIMIT 400`,
      [source],
    );
    for (const row of rows) {
      const totals = JSON.parse(row.stated) as ControlTotals;
      const day = { source, on: row.on_date, totals, messageId: row.message_id, deliveryId: row.delivery_id };
      const { position } = await this.settle(sql, day, now);
      if (position === undefined || row.message_id === null) continue;
      await sql.query(`UPDATE bridge.messages SET status = 'applied', reason = NULL, stream_id = $2, position = $3 WHERE message_id = $1`, [
        ...[row.message_id, sourceStream(source).id, position],
      ]);
    }
  }

  private async settle(sql: Sql, day: StatedDay, now: Instant): Promise<{ reason?: OpenReason; position?: number }> {
    const { source, on, totals } = day;
    const reason = await whyOpen(sql, day);
    if (reason) {
      await sql.query('UPDATE bridge.days SET reason = $3 WHERE source = $1 AND on_date = $2', [source, on, reason]);
      return { reason };
    }
    const contentSha256 = createHash('sha256').update(canonicalJson(totals)).digest('hex');
    const position = await this.facts.append(
      {
        ...{ stream: sourceStream(source), event: { type: 'SourceDayCompleted', data: { source, on, totals } } },
        ...{ purpose: `day|${on}|${contentSha256}`, contentSha256, branchId: HEAD_OFFICE, on },
        ...{ source: { system: source, record: `day#${on}` }, correlationId: (day.messageId ?? day.deliveryId)! },
      },
      now,
    );
    await sql.query(`UPDATE bridge.days SET status = 'completed', reason = NULL, position = $3 WHERE source = $1 AND on_date = $2`, [
      ...[source, on, position],
    ]);
    return { position };
  }
}

async function state(sql: Sql, { source, on, totals, messageId, deliveryId }: StatedDay): Promise<void> {
  await sql.query(
    `INSERT INTO bridge.days (source, on_date, stated, message_id, delivery_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (source, on_date) DO UPDATE SET stated = excluded.stated, message_id = excluded.message_id, delivery_id = excluded.delivery_id`,
    [source, on, JSON.stringify(totals), messageId, deliveryId],
  );
}

async function whyOpen(sql: Sql, { source, on, totals, deliveryId }: StatedDay): Promise<OpenReason | undefined> {
  if (deliveryId === null) {
    if (!sameTotals(totals, await receivedOf(sql, source, on))) return 'totals-disagree';
  } else {
    const { rows } = await sql.query(`SELECT 1 FROM bridge.messages WHERE delivery_id = $1 AND status IN ('parked', 'conflict') LIMIT 1`, [
      deliveryId,
    ]);
    if (rows.length > 0) return 'messages-parked';
  }
  // what waits although its account has an owner is about to be applied; what waits for an owner stops nobody
  await sql.query(`SELECT set_config('app.branch', '*', true)`);
  const { rows } = await sql.query(
    `SELECT 1 FROM bridge.messages m JOIN read.account_links l ON l.account_id = m.account_id AND l.role = 'owner' AND l.unlinked_position IS NULL
      WHERE m.status = 'waiting' AND m.source = $1 AND m.lane LIKE 'account|%' LIMIT 1`,
    [source],
  );
  return rows.length > 0 ? 'facts-not-applied' : undefined;
}
