import { type ControlTotals, type MessageOf, sourceStream } from '#back-office';
import type { Sql } from '#database';
import { HEAD_OFFICE, type Instant, type LocalDate, type Uuid } from '#event-sourcing';
import { canonicalJson } from '#privacy';
import { hash } from 'node:crypto';
import { type OpenReason, receivedOn, sameTotals } from './day-totals.js';
import type { FactLog } from './fact-log.js';
import type { InboxRow, Settled } from './inbox-rows.js';
import { HOLDS } from './owners.js';

/** A day with the totals by which it may be completed, and who stated them: a message, or a file with its marker. */
interface StatedDay {
  on: LocalDate;
  totals: ControlTotals;
  messageId: Uuid | null;
  deliveryId: Uuid | null;
}

/** What became of a stated day: its event's position, or why it is still open. */
type DayOutcome = { position: number; reason?: never } | { reason: OpenReason; position?: never };

/** Days that are looked at in one transaction, at most. */
export const DAYS_MAX = 400;

/**
 * Days of a source. A day that is stated to be complete is completed in the log once its control totals agree with what was
 * received, and nothing of it is parked or still to be applied; until then it stays open, and says why.
 */
export class Days {
  constructor(private readonly facts: FactLog) {}

  /** A message says that a day is complete. Refused, for as long as the totals disagree. In the source's lane. */
  async stated(
    sql: Sql,
    { messageId }: Pick<InboxRow, 'messageId'>,
    { source, data }: MessageOf<'dayCompleted'>,
    now: Instant,
  ): Promise<Settled> {
    const days = [{ on: data.on, totals: data.totals, messageId, deliveryId: null }];
    await state(sql, source, days);
    const [{ reason, position }] = (await this.settle(sql, source, days, now)) as [DayOutcome];
    if (position !== undefined) await superseded(sql, [messageId]);
    return position === undefined
      ? { messageId, status: 'parked', reason }
      : { messageId, status: 'applied', streamId: sourceStream(source).id, position };
  }

  /** A file with its marker says so of some days; its totals were checked against the file already. Answers of each why it is open. */
  async statedByFile(
    sql: Sql,
    source: string,
    days: readonly { on: LocalDate; totals: ControlTotals }[],
    deliveryId: Uuid,
    now: Instant,
  ): Promise<(OpenReason | undefined)[]> {
    const stated = days.map(({ on, totals }) => ({ on, totals, messageId: null, deliveryId }));
    await state(sql, source, stated);
    return (await this.settle(sql, source, stated, now)).map(({ reason }) => reason);
  }

  /** Looks at the stated days of a source that are still open again. In the source's lane. */
  async settleOpen(sql: Sql, source: string, now: Instant): Promise<void> {
    const { rows } = await sql.query<Omit<StatedDay, 'totals'> & { stated: string }>(
      `SELECT on_date AS "on", stated, message_id AS "messageId", delivery_id AS "deliveryId" FROM bridge.days
        WHERE source = $1 AND status = 'open' AND stated IS NOT NULL ORDER BY on_date LIMIT ${DAYS_MAX}`,
      [source],
    );
    if (rows.length === 0) return;
    const days = rows.map(({ stated, ...day }): StatedDay => ({ ...day, totals: JSON.parse(stated) as ControlTotals }));
    const outcomes = await this.settle(sql, source, days, now);
    const stating = days.flatMap(({ messageId }, at) => {
      const { position } = outcomes[at]!;
      return messageId !== null && position !== undefined ? [{ messageId, position }] : [];
    });
    if (stating.length === 0) return;
    await superseded(
      sql,
      stating.map(({ messageId }) => messageId),
    );
    await sql.query(
      `UPDATE bridge.messages m SET status = 'applied', reason = NULL, stream_id = $1, position = d.position
         FROM unnest($2::uuid[], $3::bigint[]) AS d (message_id, position) WHERE m.message_id = d.message_id`,
      [sourceStream(source).id, stating.map(({ messageId }) => messageId), stating.map(({ position }) => position)],
    );
  }

  private async settle(sql: Sql, source: string, days: readonly StatedDay[], now: Instant): Promise<DayOutcome[]> {
    const reasons = await whyOpen(sql, source, days);
    const open = days.filter((_, at) => reasons[at] !== undefined);
    if (open.length > 0)
      await sql.query(
        `UPDATE bridge.days d SET reason = o.reason FROM unnest($2::date[], $3::text[]) AS o (on_date, reason)
          WHERE d.source = $1 AND d.on_date = o.on_date`,
        [source, open.map(({ on }) => on), reasons.filter((reason) => reason !== undefined)],
      );
    const complete = days.filter((_, at) => reasons[at] === undefined);
    if (complete.length === 0) return reasons.map((reason) => ({ reason: reason! }));
    const positions = await Promise.all(complete.map((day) => this.complete(source, day, now)));
    await sql.query(
      `UPDATE bridge.days d SET status = 'completed', reason = NULL, position = c.position
         FROM unnest($2::date[], $3::bigint[]) AS c (on_date, position) WHERE d.source = $1 AND d.on_date = c.on_date`,
      [source, complete.map(({ on }) => on), positions],
    );
    let next = 0;
    return reasons.map((reason): DayOutcome => (reason === undefined ? { position: positions[next++]! } : { reason }));
  }

  private complete(source: string, { on, totals, messageId, deliveryId }: StatedDay, now: Instant): Promise<number> {
    const contentSha256 = hash('sha256', canonicalJson(totals), 'hex');
    const event = { type: 'SourceDayCompleted', data: { source, on, totals } };
    return this.facts.append(
      {
        stream: sourceStream(source),
        event,
        purpose: `day|${on}|${contentSha256}`,
        contentSha256,
        branchId: HEAD_OFFICE,
        source: { system: source, record: `day#${on}` },
        on,
        correlationId: (messageId ?? deliveryId)!,
      },
      now,
    );
  }
}

async function state(sql: Sql, source: string, days: readonly StatedDay[]): Promise<void> {
  await sql.query(
    `INSERT INTO bridge.days (source, on_date, stated, message_id, delivery_id)
     SELECT $1, * FROM unnest($2::date[], $3::text[], $4::uuid[], $5::uuid[])
     ON CONFLICT (source, on_date) DO UPDATE SET stated = excluded.stated, message_id = excluded.message_id, delivery_id = excluded.delivery_id`,
    [
      source,
      days.map(({ on }) => on),
      days.map(({ totals }) => JSON.stringify(totals)),
      days.map(({ messageId }) => messageId),
      days.map(({ deliveryId }) => deliveryId),
    ],
  );
}

/** A day was completed by these: what its source had said of it before, and was refused, waits for nobody any more. */
const superseded = (sql: Sql, messageIds: readonly Uuid[]): Promise<unknown> =>
  sql.query(
    `UPDATE bridge.messages m SET status = 'stale', reason = NULL, decided_at = now() FROM bridge.messages d
      WHERE d.message_id = ANY ($1::uuid[]) AND m.source = d.source AND m.record = d.record AND m.version < d.version
        AND m.status = 'parked' AND m.kind = 'dayCompleted'`,
    [messageIds],
  );

/** Of each day why it stays open; undefined where it is complete. */
async function whyOpen(sql: Sql, source: string, days: readonly StatedDay[]): Promise<(OpenReason | undefined)[]> {
  const byMessage = days.filter(({ deliveryId }) => deliveryId === null).map(({ on }) => on);
  const received = await receivedOn(sql, source, byMessage);
  const contradicted = await contradictedOn(sql, source, byMessage);
  const undecided = await undecidedFiles(sql, [...new Set(days.flatMap(({ deliveryId }) => deliveryId ?? []))]);
  const reasons = days.map(({ on, totals, deliveryId }): OpenReason | undefined => {
    if (deliveryId !== null) return undecided.has(deliveryId) ? 'messages-parked' : undefined;
    if (!sameTotals(totals, received.get(on) ?? { records: 0 })) return 'totals-disagree';
    return contradicted.has(on) ? 'messages-parked' : undefined;
  });
  if (reasons.every((reason) => reason !== undefined)) return reasons;
  // what waits although its account has an owner is about to be applied; what waits for an owner stops nobody
  await sql.query(`SELECT set_config('app.branch', '*', true)`);
  const { rows } = await sql.query(
    `SELECT 1 FROM bridge.messages m JOIN read.account_links l ON l.account_id = m.account_id AND ${HOLDS('l')}
      WHERE m.status = 'waiting' AND m.source = $1 AND m.lane LIKE 'account|%' LIMIT 1`,
    [source],
  );
  return rows.length > 0 ? reasons.map((reason) => reason ?? 'facts-not-applied') : reasons;
}

/** Days of which a source has said two things, and nobody has decided between them. */
async function contradictedOn(sql: Sql, source: string, days: readonly LocalDate[]): Promise<ReadonlySet<LocalDate>> {
  if (days.length === 0) return new Set();
  const { rows } = await sql.query<{ on: LocalDate }>(
    `SELECT DISTINCT on_date AS "on" FROM bridge.messages WHERE source = $1 AND on_date = ANY ($2::date[]) AND status = 'conflict'`,
    [source, days],
  );
  return new Set(rows.map(({ on }) => on));
}

/** Those of these files of which something is parked or contradicts what came before. */
async function undecidedFiles(sql: Sql, deliveryIds: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
  if (deliveryIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: Uuid }>(
    `SELECT d.id FROM unnest($1::uuid[]) AS d (id)
      WHERE EXISTS (SELECT FROM bridge.messages m WHERE m.delivery_id = d.id AND m.status IN ('parked', 'conflict'))`,
    [deliveryIds],
  );
  return new Set(rows.map(({ id }) => id));
}
