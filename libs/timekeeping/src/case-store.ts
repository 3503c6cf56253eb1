import type { Database } from '#database';
import type { Instant, SubjectKind, Uuid } from '#event-sourcing';
import type { StoredFact, Subject } from '#service-levels';
import type { TierEvent } from '#tiers';
import type { CaseFile, SourcedFact } from './case-file.js';
import type { LogEntry, RuleEvent } from './log-entries.js';
import type { LoggedTierEvent } from './tier-changes.js';

/** Another timekeeper has begun a term: this one's work is void. */
export class Replaced extends Error {}

export interface Progress {
  epoch: number;
  position: number;
}

/** What a look at a case found. */
export interface Seen {
  subjectId: Uuid;
  streams: readonly Uuid[];
  calendars: readonly string[];
  running: boolean;
  wakeAt: Instant | null;
  /** Its clocks could not be run: for a person to look into, while all other cases go on. */
  fault?: string;
}

/** A case file, and the commitments that it is known to have. */
export type KeptCase = CaseFile & { streams: readonly Uuid[]; wakeAt: Instant | null };

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const utc = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', ${INSTANT})`;

/** The timekeeper's tables. Writing what was read twice changes nothing. */
export class CaseStore {
  constructor(private readonly pool: Database) {}

  /** From now on no earlier leader can save. */
  async beginTerm(): Promise<Progress> {
    const { rows } = await this.pool.query<{ epoch: number; position: number }>(
      `INSERT INTO timekeeper.progress AS p (epoch, position) VALUES (1, 0)
       ON CONFLICT (only_row) DO UPDATE SET epoch = p.epoch + 1 RETURNING epoch, position`,
    );
    return rows[0]!;
  }

  /** Keeps what a page of the log says. It is read back only up to the position that is being worked on. */
  async keep(entries: readonly LogEntry[]): Promise<void> {
    const rules = entries.flatMap(({ rule }) => (rule ? [rule] : []));
    const tiers = entries.flatMap(({ tier, clientId }) => (tier ? [{ ...tier, clientId }] : []));
    const opened = entries.filter(({ facts }) => facts?.opens);
    const facts = entries.flatMap(({ position, facts }) =>
      (facts?.facts ?? []).map((fact, ordinal) => ({ ...facts!, position, fact, ordinal })),
    );
    const insert = async (table: string, types: readonly string[], columns: readonly unknown[][]): Promise<void> => {
      if (columns[0]!.length === 0) return;
      const arrays = types.map((type, i) => `$${i + 1}::${type}[]`).join(', ');
      await this.pool.query(`INSERT INTO timekeeper.${table} SELECT * FROM unnest(${arrays}) ON CONFLICT DO NOTHING`, [...columns]);
    };
    await insert(
      'rules (position, event_id, recorded_at, type, data)',
      ['bigint', 'uuid', 'timestamptz', 'text', 'text'],
      [
        rules.map((r) => r.position),
        rules.map((r) => r.eventId),
        rules.map((r) => r.recordedAt),
        rules.map((r) => r.type),
        rules.map((r) => JSON.stringify(r.data)),
      ],
    );
    await insert(
      'tier_events (client_id, position, event_id, recorded_at, type, data)',
      ['uuid', 'bigint', 'uuid', 'timestamptz', 'text', 'text'],
      [
        tiers.map((t) => t.clientId),
        tiers.map((t) => t.position),
        tiers.map((t) => t.eventId),
        tiers.map((t) => t.recordedAt),
        tiers.map((t) => t.event.type),
        tiers.map((t) => JSON.stringify(t.event.data)),
      ],
    );
    await insert(
      'cases (subject_id, client_id, branch_id, kind, subject, opened_position, opened_at)',
      ['uuid', 'uuid', 'text', 'text', 'text', 'bigint', 'timestamptz'],
      [
        opened.map((e) => e.facts!.subjectId),
        opened.map((e) => e.facts!.opens!.clientId),
        opened.map((e) => e.branchId),
        opened.map((e) => e.facts!.opens!.kind),
        opened.map((e) => JSON.stringify(e.facts!.opens!.subject)),
        opened.map((e) => e.position),
        opened.map((e) => e.recordedAt),
      ],
    );
    await insert(
      'facts (subject_id, position, ordinal, source, fact)',
      ['uuid', 'bigint', 'int', 'uuid', 'text'],
      [
        facts.map((f) => f.subjectId),
        facts.map((f) => f.position),
        facts.map((f) => f.ordinal),
        facts.map((f) => f.source),
        facts.map((f) => JSON.stringify(f.fact)),
      ],
    );
  }

  /** An event that could not be read, for a person to look into. */
  async keepUnread(position: number, reason: string): Promise<void> {
    await this.pool.query('INSERT INTO timekeeper.unread (position, reason) VALUES ($1, $2) ON CONFLICT DO NOTHING', [position, reason]);
  }

  /** A calendar's revision repeats all of it: what could not be read of it before is made good. */
  async mended(position: number): Promise<void> {
    await this.pool.query(
      `DELETE FROM timekeeper.unread WHERE position IN (SELECT earlier.position FROM log.events revision
         JOIN log.events earlier ON earlier.stream_id = revision.stream_id WHERE revision.position = $1)`,
      [position],
    );
  }

  async rules(): Promise<RuleEvent[]> {
    const text = `SELECT position, event_id AS "eventId", ${utc('recorded_at')} AS "recordedAt", type, data FROM timekeeper.rules ORDER BY position`;
    const { rows } = await this.pool.query<{ data: string }>(text);
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as object }) as RuleEvent);
  }

  /** Case files of these subjects, with all facts that are kept; a subject that was never received has none. */
  async files(subjectIds: readonly Uuid[]): Promise<KeptCase[]> {
    if (subjectIds.length === 0) return [];
    type CaseRow = Omit<KeptCase, 'subject' | 'facts' | 'tierEvents'> & { subject: string; kind: SubjectKind };
    const cases = await this.pool.query<CaseRow>(
      `SELECT subject_id AS "subjectId", client_id AS "clientId", branch_id AS "branchId", kind, subject, opened_position AS "openedPosition",
              ${utc('opened_at')} AS "openedAt", streams, ${utc('wake_at')} AS "wakeAt"
         FROM timekeeper.cases WHERE subject_id = ANY ($1::uuid[])`,
      [subjectIds],
    );
    const facts = await this.pool.query<{ subject_id: Uuid; source: Uuid; fact: string }>(
      'SELECT subject_id, source, fact FROM timekeeper.facts WHERE subject_id = ANY ($1::uuid[]) ORDER BY subject_id, position, ordinal',
      [subjectIds],
    );
    const tiers = await this.pool.query<{
      client_id: Uuid;
      position: number;
      event_id: Uuid;
      recorded_at: Instant;
      type: string;
      data: string;
    }>(
      `SELECT client_id, position, event_id, ${utc('recorded_at')} AS recorded_at, type, data FROM timekeeper.tier_events
        WHERE client_id = ANY ($1::uuid[]) ORDER BY client_id, position`,
      [[...new Set(cases.rows.map(({ clientId }) => clientId))]],
    );
    const factsOf = grouped(facts.rows, ({ subject_id }) => subject_id);
    const tiersOf = grouped(tiers.rows, ({ client_id }) => client_id);
    return cases.rows.map((row) => ({
      ...row,
      subject: JSON.parse(row.subject) as Omit<Subject, 'tier'>,
      facts: (factsOf.get(row.subjectId) ?? []).map(({ source, fact }): SourcedFact => ({ source, fact: JSON.parse(fact) as StoredFact })),
      tierEvents: (tiersOf.get(row.clientId) ?? []).map(({ type, data, event_id, recorded_at, position }): LoggedTierEvent => ({
        event: { type, data: JSON.parse(data) as unknown } as TierEvent,
        eventId: event_id,
        recordedAt: recorded_at,
        position,
      })),
    }));
  }

  /** Cases of a client with a running commitment, received before a position. */
  async runningOfClient(clientId: Uuid, before: number): Promise<Uuid[]> {
    return this.subjects('client_id = $1 AND running AND opened_position < $2', [clientId, before]);
  }

  /** A page of the cases with a running commitment on a calendar, received before a position, in order of their ids. */
  async runningOnCalendar(calendar: string, before: number, after: Uuid, limit: number): Promise<Uuid[]> {
    const where = 'running AND calendars @> ARRAY[$1] AND opened_position < $2 AND subject_id > $3 ORDER BY subject_id LIMIT $4';
    return this.subjects(where, [calendar, before, after, limit]);
  }

  /** Cases that are due, the longest due first. */
  async due(now: Instant, limit: number): Promise<Uuid[]> {
    return this.subjects('wake_at <= $1 ORDER BY wake_at, subject_id LIMIT $2', [now, limit]);
  }

  /** When the next case is due; null where none is. */
  async nextDue(): Promise<Instant | null> {
    const { rows } = await this.pool.query<{ next: Instant | null }>(`SELECT ${utc('min(wake_at)')} AS next FROM timekeeper.cases`);
    return rows[0]!.next;
  }

  /** The server's clock: the one that stamps events. */
  async now(): Promise<Instant> {
    const { rows } = await this.pool.query<{ now: Instant }>(`SELECT ${utc('clock_timestamp()')} AS now`);
    return rows[0]!.now;
  }

  /** Saves what was seen, and how far the log has had its effect, if this is still the leader; throws Replaced else. */
  async save({ epoch, position }: Progress, seen: readonly Seen[]): Promise<void> {
    const { rowCount } = await this.pool.query(
      `WITH term AS (
         UPDATE timekeeper.progress SET position = $2, saved_at = now() WHERE epoch = $1 RETURNING 1
       ), seen AS (
         UPDATE timekeeper.cases c
            SET streams = string_to_array(s.streams, ',')::uuid[], calendars = string_to_array(s.calendars, ','),
                running = s.running, wake_at = s.wake_at, fault = s.fault
           FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[], $8::text[])
                AS s (subject_id, streams, calendars, running, wake_at, fault), term
          WHERE c.subject_id = s.subject_id
       )
       SELECT 1 FROM term`,
      [
        epoch,
        position,
        seen.map((s) => s.subjectId),
        seen.map((s) => s.streams.join(',')),
        seen.map((s) => s.calendars.join(',')),
        seen.map((s) => s.running),
        seen.map((s) => s.wakeAt),
        seen.map((s) => s.fault ?? null),
      ],
    );
    if (rowCount !== 1) throw new Replaced('another timekeeper leads');
  }

  private async subjects(where: string, values: unknown[]): Promise<Uuid[]> {
    const { rows } = await this.pool.query<{ subject_id: Uuid }>(`SELECT subject_id FROM timekeeper.cases WHERE ${where}`, values);
    return rows.map(({ subject_id }) => subject_id);
  }
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => Uuid): Map<Uuid, T[]> {
  const groups = new Map<Uuid, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
