import { hash } from 'node:crypto';
import { accountStream, noSequence, sequenceGivenUp, sequenceSeen, type SequenceNews, type SequenceState } from '#back-office';
import type { Sql } from '#database';
import { derivedId, type DomainEvent, type Instant, type StaffId, type Uuid } from '#event-sourcing';
import type { Fact, FactLog } from './fact-log.js';
import type { Owner } from './owners.js';

interface Account {
  source: string;
  accountId: string;
}
const keyOf = ({ source, accountId }: Account): string => `${source}|${accountId}`;
const digest = (text: string): string => hash('sha256', text, 'hex');

/** A gap, or the end of some, as the log is told of it. */
interface Told extends Account {
  owner: Owner;
  streamId: Uuid;
  purpose: string;
  position: Promise<number>;
}

/** What has been seen of the sequences of some accounts, while their lanes are locked. */
export class Sequences {
  private readonly states = new Map<string, Account & { state: SequenceState; changed: boolean }>();
  private readonly found: (Told & { first: number; last: number })[] = [];
  private readonly closed: (Told & { through: number })[] = [];

  private constructor(
    private readonly sql: Sql,
    private readonly log: FactLog,
    private readonly now: Instant,
  ) {}

  static async load(sql: Sql, log: FactLog, now: Instant, accountIds: readonly string[]): Promise<Sequences> {
    const sequences = new Sequences(sql, log, now);
    if (accountIds.length === 0) return sequences;
    const { rows } = await sql.query<{ source: string; account_id: string; state: string }>(
      'SELECT source, account_id, state FROM bridge.sequences WHERE account_id = ANY ($1::text[])',
      [[...new Set(accountIds)]],
    );
    for (const { source, account_id: accountId, state } of rows)
      sequences.states.set(keyOf({ source, accountId }), { source, accountId, state: JSON.parse(state) as SequenceState, changed: false });
    return sequences;
  }

  /** A message with this number has come: a gap is found, or closed, or neither. The log is told at once, before what is sent next. */
  seen(account: Account, sequence: number, owners: readonly Owner[], correlationId: Uuid): void {
    const { state } = this.states.get(keyOf(account)) ?? { state: noSequence };
    const news = sequenceSeen(state, sequence);
    const { source, accountId } = account;
    if (news.found) {
      const [first, last] = news.found;
      const event = { type: 'SequenceGapFound', data: { accountId, source, first, last } };
      for (const owner of owners) {
        const told = this.tell(account, event, `sequence gap|${source}|${first}|${last}`, last, owner, correlationId);
        this.found.push({ ...told, first, last });
      }
    }
    if (news.closedThrough !== undefined) {
      const through = news.closedThrough;
      const event = { type: 'SequenceGapClosed', data: { accountId, source, through } };
      for (const owner of owners) {
        const told = this.tell(account, event, `sequence closed|${source}|${through}`, through, owner, correlationId);
        this.closed.push({ ...told, through });
      }
    }
    this.keep(account, news);
  }

  /** What would be closed by giving up all that is missing up to a number, for a person who decides so. */
  givenUp(account: Account, through: number): SequenceNews {
    return sequenceGivenUp(this.states.get(keyOf(account))?.state ?? noSequence, through);
  }

  keep({ source, accountId }: Account, { state }: SequenceNews): void {
    this.states.set(keyOf({ source, accountId }), { source, accountId, state, changed: true });
  }

  async save(): Promise<void> {
    await this.saveGaps();
    const changed = [...this.states.values()].filter((one) => one.changed);
    if (changed.length === 0) return;
    await this.sql.query(
      `INSERT INTO bridge.sequences (source, account_id, state) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
       ON CONFLICT (source, account_id) DO UPDATE SET state = excluded.state`,
      [changed.map((c) => c.source), changed.map((c) => c.accountId), changed.map((c) => JSON.stringify(c.state))],
    );
  }

  private tell({ source, accountId }: Account, event: DomainEvent, purpose: string, last: number, owner: Owner, correlationId: Uuid): Told {
    const stream = accountStream(owner.clientId, accountId);
    const fact: Fact = {
      stream,
      event,
      purpose,
      contentSha256: digest(purpose),
      branchId: owner.branchId,
      source: { system: source, record: `sequence#${last}`, sequence: last },
      on: null,
      correlationId,
    };
    const position = this.log.append(fact, this.now);
    position.catch(() => undefined); // awaited when all is saved
    return { source, accountId, owner, streamId: stream.id, purpose, position };
  }

  private async saveGaps(): Promise<void> {
    const { found, closed } = this;
    if (found.length > 0) {
      const positions = await Promise.all(found.map(({ position }) => position));
      await this.sql.query(
        `INSERT INTO bridge.gaps (gap_id, source, account_id, client_id, branch_id, first, last, position)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
         ON CONFLICT DO NOTHING`,
        [
          found.map(({ streamId, purpose }) => derivedId(streamId, purpose)),
          found.map(({ source }) => source),
          found.map(({ accountId }) => accountId),
          found.map(({ owner }) => owner.clientId),
          found.map(({ owner }) => owner.branchId),
          found.map(({ first }) => first),
          found.map(({ last }) => last),
          positions,
        ],
      );
    }
    if (closed.length === 0) return;
    const positions = await Promise.all(closed.map(({ position }) => position));
    await closeGaps(
      this.sql,
      closed.map(({ source, accountId, through }, at) => ({ source, accountId, through, position: positions[at]! })),
      null,
    );
  }
}

interface Closing extends Account {
  through: number;
  position: number;
}

/** Each open gap is closed by the first of these that reaches its end. */
export async function closeGaps(sql: Sql, closings: readonly Closing[], givenUpBy: StaffId | null): Promise<void> {
  await sql.query(
    `UPDATE bridge.gaps g SET closed_at = now(), closed_position = e.position, given_up_by = $5
       FROM (SELECT DISTINCT ON (g.gap_id) g.gap_id, c.position
               FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS c (source, account_id, through, position)
               JOIN bridge.gaps g ON g.source = c.source AND g.account_id = c.account_id AND g.last <= c.through AND g.closed_at IS NULL
              ORDER BY g.gap_id, c.through) e
      WHERE g.gap_id = e.gap_id`,
    [
      closings.map(({ source }) => source),
      closings.map(({ accountId }) => accountId),
      closings.map(({ through }) => through),
      closings.map(({ position }) => position),
      givenUpBy,
    ],
  );
}
