import type { Database } from '#database';
import type { Instant, LocalDate, Uuid } from '#event-sourcing';

export interface ListedMessage {
  messageId: Uuid;
  source: string;
  record: string;
  version: number;
  kind: string | null;
  accountId: string | null;
  on: LocalDate | null;
  amountMinor: number | null;
  currency: string | null;
  status: string;
  reason: string | null;
  pointer: string | null;
  channel: string;
  receivedAt: Instant;
  rawSha256: string;
  repeats: number;
  position: number | null;
}

/** Two contents under one key: the one that holds, and the one that a person has to decide about. */
export interface ListedConflict {
  conflictId: Uuid;
  first: ListedMessage;
  other: ListedMessage;
}

export interface ListedGap {
  gapId: Uuid;
  source: string;
  accountId: string;
  clientId: Uuid;
  first: number;
  last: number;
  /** Log position at which it was found. */
  position: number;
  foundAt: Instant;
  closedAt: Instant | null;
  givenUpBy: string | null;
}

export interface ListedBreak {
  breakId: Uuid;
  source: string;
  on: LocalDate;
  code: string;
  accountId: string | null;
  record: string | null;
  expected: string | null;
  observed: string | null;
  status: string;
  foundAt: Instant;
  explanation: string | null;
  reference: string | null;
  explainedBy: string | null;
  closedBy: string | null;
  closedCause: string | null;
}

export interface ListedDay {
  source: string;
  on: LocalDate;
  status: string;
  reason: string | null;
  stated: boolean;
  position: number | null;
}

/** A page in a fixed order. `next`: where the following one begins, null on the last. */
export interface KeysetPage<T> {
  items: T[];
  next: string[] | null;
}

export interface Keyset {
  limit: number;
  after?: readonly string[];
}

const MESSAGE = `m.message_id AS "messageId", m.source, m.record, m.version, m.kind, m.account_id AS "accountId", m.on_date AS "on",
  m.amount_minor AS "amountMinor", m.currency, m.status, m.reason, m.pointer, m.channel, m.received_at AS "receivedAt",
  m.raw_sha256 AS "rawSha256", m.repeats, m.position`;

/** What stands in the inbox, for people. Ids, codes and numbers only: what was said word for word stays in the vault. */
export class InboxLists {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async messages(filter: { status?: string; source?: string; accountId?: string }, page: Keyset): Promise<KeysetPage<ListedMessage>> {
    const { items, next } = await this.page<ListedMessage & { arrival: number }>(
      `SELECT arrival, ${MESSAGE} FROM bridge.messages m`,
      [
        ['status = $', filter.status],
        ['source = $', filter.source],
        ['account_id = $', filter.accountId],
        ['arrival < $', page.after?.[0]],
      ],
      'arrival DESC',
      page.limit,
      ({ arrival }) => [String(arrival)],
    );
    return { items: items.map(({ arrival: _, ...item }) => item), next };
  }

  /** What waits for a decision, newest first. */
  async conflicts(filter: { source?: string }, page: Keyset): Promise<KeysetPage<ListedConflict>> {
    const { items: others, next } = await this.messages({ ...filter, status: 'conflict' }, page);
    const { rows } = await this.database.query<ListedMessage & { otherId: Uuid }>(
      `SELECT o.message_id AS "otherId", ${MESSAGE} FROM bridge.messages o JOIN bridge.messages m
           ON m.source = o.source AND m.record = o.record AND m.version = o.version AND m.holds_key
        WHERE o.message_id = ANY ($1::uuid[])`,
      [others.map(({ messageId }) => messageId)],
    );
    const firsts = new Map(rows.map(({ otherId, ...first }) => [otherId, first]));
    return { items: others.map((other) => ({ conflictId: other.messageId, first: firsts.get(other.messageId)!, other })), next };
  }

  gaps(filter: { open?: boolean; source?: string; accountId?: string }, page: Keyset): Promise<KeysetPage<ListedGap>> {
    const state = filter.open === undefined ? '' : filter.open ? 'WHERE closed_at IS NULL' : 'WHERE closed_at IS NOT NULL';
    return this.page<ListedGap>(
      `SELECT * FROM (SELECT position, gap_id AS "gapId", source, account_id AS "accountId", client_id AS "clientId", first, last,
              found_at AS "foundAt", closed_at AS "closedAt", given_up_by AS "givenUpBy" FROM bridge.gaps ${state}) g`,
      [
        ['source = $', filter.source],
        ['"accountId" = $', filter.accountId],
        ['position < $', page.after?.[0]],
      ],
      'position DESC',
      page.limit,
      ({ position }) => [String(position)],
    );
  }

  breaks(filter: { status?: string; source?: string }, page: Keyset): Promise<KeysetPage<ListedBreak>> {
    return this.page<ListedBreak>(
      `SELECT * FROM (SELECT break_id AS "breakId", source, on_date AS "on", code, account_id AS "accountId", record, expected, observed, status,
              found_at AS "foundAt", explanation, reference, explained_by AS "explainedBy", closed_by AS "closedBy", closed_cause AS "closedCause"
         FROM bridge.breaks) b`,
      [
        ['status = $', filter.status],
        ['source = $', filter.source],
        ['("foundAt", "breakId") < ($::timestamptz, $::uuid)', ...(page.after ?? [undefined])],
      ],
      '"foundAt" DESC, "breakId" DESC',
      page.limit,
      ({ foundAt, breakId }) => [foundAt, breakId],
    );
  }

  days(filter: { status?: string; source?: string }, page: Keyset): Promise<KeysetPage<ListedDay>> {
    return this.page<ListedDay>(
      `SELECT * FROM (SELECT source, on_date AS "on", status, reason, stated IS NOT NULL AS stated, position FROM bridge.days) d`,
      [
        ['status = $', filter.status],
        ['source = $', filter.source],
        ['("on", source) < ($::date, $)', ...(page.after ?? [undefined])],
      ],
      '"on" DESC, source DESC',
      page.limit,
      (day) => [day.on, day.source],
    );
  }

  /** Conditions without a value are left out; `$` in each stands for its values in order. */
  private async page<T extends object>(
    select: string,
    conditions: readonly [text: string, ...values: (string | undefined)[]][],
    order: string,
    limit: number,
    keyOf: (row: T) => string[],
  ): Promise<KeysetPage<T>> {
    const values: unknown[] = [];
    const stated = conditions.filter(([, value]) => value !== undefined);
    const where = stated.map(([text, ...given]) => {
      let at = 0;
      return text.replaceAll('$', () => `$${values.push(given[at++])}`);
    });
    const text = `${select}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''} ORDER BY ${order} LIMIT ${limit + 1}`;
    const { rows } = await this.database.query<T>(text, values);
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? keyOf(items.at(-1)!) : null };
  }
}
